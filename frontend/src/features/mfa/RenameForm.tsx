import { useLayoutEffect, useRef, useState } from "react";
import type { MfaMethod, Trouble } from "../../api/client";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../i18n";
import { nameError } from "./name";

const t = words.mfa;

export interface RenameFormProps {
  method: MfaMethod;
  /** Whose names are taken. */
  others: MfaMethod[];
  busy: boolean;
  trouble: Trouble | undefined;
  onSave: (name: string) => void;
  onCancel: () => void;
}

/** In the place of the name: Enter saves, Escape leaves it as it was. */
export function RenameForm({ method, others, busy, trouble, onSave, onCancel }: RenameFormProps) {
  const [name, setName] = useState(method.name);
  const [wrong, setWrong] = useState<string>();
  const [answered, setAnswered] = useState<Trouble>();
  const form = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const left = useCountdown(trouble);

  // Before anything is typed, or what was typed first would be selected too.
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [trouble]);

  useLayoutEffect(() => {
    const element = form.current;
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !busy) onCancel();
    };
    element?.addEventListener("keydown", leave);
    return () => element?.removeEventListener("keydown", leave);
  });

  const save = () => {
    if (busy || left > 0) return;
    const wanted = name.trim();
    const error = wanted === "" ? t.nameMissing : nameError(wanted, others);
    setWrong(error);
    if (error) return input.current?.focus();
    // Nothing to change.
    if (wanted === method.name) return onCancel();
    onSave(wanted);
  };

  return (
    <form
      className="rename"
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Field
        label={t.newName}
        name="method-name"
        autoComplete="off"
        value={name}
        onChange={(value) => {
          setName(value);
          setWrong(undefined);
          setAnswered(trouble);
        }}
        error={wrong ?? (trouble && trouble !== answered ? say(trouble) : undefined)}
        inputRef={input}
      />
      <div className="rename__buttons">
        <Button
          type="submit"
          small
          kind="primary"
          busy={busy}
          busyLabel={words.common.working}
          disabled={left > 0}
        >
          {t.save}
        </Button>
        <Button small disabled={busy} onClick={onCancel}>
          {words.common.cancel}
        </Button>
      </div>
    </form>
  );
}

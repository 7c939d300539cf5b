import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MfaMethod, RequestError } from "../../api/client";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { useCountdown } from "../../ui/Countdown";
import { messageFor, messages } from "../../i18n";
import { methodNameError } from "./methodName";

const t = messages.mfa;

export interface RenameFormProps {
  method: MfaMethod;
  /** The methods whose names are taken. */
  others: MfaMethod[];
  busy: boolean;
  error: RequestError | undefined;
  onSave: (name: string) => void;
  onCancel: () => void;
}

/** Edits a name in place. Enter saves it, Escape cancels. */
export function RenameForm({ method, others, busy, error, onSave, onCancel }: RenameFormProps) {
  const [name, setName] = useState(method.name);
  const [problem, setProblem] = useState<string>();
  const [dismissed, setDismissed] = useState<RequestError>();
  const form = useRef<HTMLFormElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const secondsLeft = useCountdown(error);

  // A layout effect, so that the text is selected before the user types. Otherwise the first letters would be selected too.
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, [error]);

  useLayoutEffect(() => {
    const element = form.current;
    const leave = (event: KeyboardEvent) => {
      // An input method closes its suggestions with Escape.
      if (event.key === "Escape" && !event.isComposing && !busy) onCancel();
    };
    element?.addEventListener("keydown", leave);
    return () => element?.removeEventListener("keydown", leave);
  });

  const save = () => {
    if (busy || secondsLeft > 0) return;
    const wanted = name.trim();
    const found = wanted === "" ? t.nameMissing : methodNameError(wanted, others);
    setProblem(found);
    if (found) return input.current?.focus();
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
          setProblem(undefined);
          setDismissed(error);
        }}
        error={problem ?? (error && error !== dismissed ? messageFor(error) : undefined)}
        inputRef={input}
      />
      <div className="rename__buttons">
        <Button
          type="submit"
          small
          kind="primary"
          busy={busy}
          busyLabel={messages.common.working}
          disabled={secondsLeft > 0}
        >
          {t.save}
        </Button>
        <Button small disabled={busy} onClick={onCancel}>
          {messages.common.cancel}
        </Button>
      </div>
    </form>
  );
}

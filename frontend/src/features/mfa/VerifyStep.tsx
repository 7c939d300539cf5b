import { useLayoutEffect, useRef, useState } from "react";
import type { MfaMethod, Trouble } from "../../api/client";
import { placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { codeLength } from "../../ui/code";
import { CodeField } from "../../ui/CodeField";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { BackIcon } from "../../ui/icons";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import { nameError } from "./name";

interface VerifyStepProps {
  busy: boolean;
  trouble: Trouble | undefined;
  /** Whose names are taken. */
  methods: MfaMethod[];
  name: string;
  onName: (name: string) => void;
  onCode: (code: string) => void;
  onBack: () => void;
}

/** The first code, and a name. A wrong one stays in the field, selected, for the next to be typed over it. */
export function VerifyStep({ busy, trouble, methods, name, onName, onCode, onBack }: VerifyStepProps) {
  const [code, setCode] = useState("");
  const [answered, setAnswered] = useState<Trouble>();
  const [missing, setMissing] = useState(false);
  const [wrongName, setWrongName] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const nameInput = useRef<HTMLInputElement>(null);
  const left = useCountdown(trouble);
  // What was said about a code goes once another one is being typed.
  const current = trouble === answered ? undefined : trouble;
  const atCode = current && placeOf(current) === "code";
  const atName = current && placeOf(current) === "name";

  useLayoutEffect(() => {
    const place = trouble && placeOf(trouble);
    const wrong = place === "code" ? input.current : place === "name" ? nameInput.current : undefined;
    wrong?.focus();
    wrong?.select();
  }, [trouble]);

  const submit = () => {
    if (left > 0 || busy) return;
    if (code.length < codeLength) {
      setMissing(true);
      return input.current?.focus();
    }
    const error = nameError(name, methods);
    setWrongName(error);
    if (error) return nameInput.current?.focus();
    onCode(code);
  };

  return (
    <form
      className="dialog__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <DialogBody>
        <p className="lead">{t.verifyLead}</p>
        {trouble && placeOf(trouble) === "form" && <TroubleNotice trouble={trouble} left={left} />}
        <CodeField
          label={t.code}
          hint={t.codeHint}
          value={code}
          onChange={(value) => {
            setCode(value);
            setMissing(false);
            if (atCode) setAnswered(trouble);
          }}
          error={missing ? words.common.codeMissing : atCode ? say(current) : undefined}
          inputRef={input}
          first
        />
        <Field
          label={t.name}
          aside={words.common.optional}
          hint={t.nameHint}
          name="method-name"
          autoComplete="off"
          value={name}
          onChange={(value) => {
            onName(value);
            setWrongName(undefined);
            if (atName) setAnswered(trouble);
          }}
          error={wrongName ?? (atName ? say(current) : undefined)}
          inputRef={nameInput}
        />
      </DialogBody>
      <p className="dialog__note hint">{t.others}</p>
      <DialogFoot>
        <Button onClick={onBack}>
          <BackIcon />
          {words.common.back}
        </Button>
        <Button type="submit" kind="primary" busy={busy} busyLabel={words.common.working} disabled={left > 0}>
          {t.submit}
        </Button>
      </DialogFoot>
    </form>
  );
}

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MfaMethod, RequestError } from "../../api/client";
import { fieldOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { codeLength } from "../../ui/totp";
import { CodeField } from "../../ui/CodeField";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { BackIcon } from "../../ui/icons";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useCountdown } from "../../ui/Countdown";
import { messageFor, messages } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import { methodNameError } from "./methodName";

interface VerifyStepProps {
  busy: boolean;
  error: RequestError | undefined;
  /** The methods whose names are taken. */
  methods: MfaMethod[];
  name: string;
  onName: (name: string) => void;
  onCode: (code: string) => void;
  onBack: () => void;
}

/** Asks for the first code and a name. A rejected value stays in its field, selected, so that the user can type over it. */
export function VerifyStep({ busy, error, methods, name, onName, onCode, onBack }: VerifyStepProps) {
  const [code, setCode] = useState("");
  const [dismissed, setDismissed] = useState<RequestError>();
  const [missing, setMissing] = useState(false);
  const [nameProblem, setNameProblem] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const nameInput = useRef<HTMLInputElement>(null);
  const secondsLeft = useCountdown(error);
  // The error disappears when the user edits the field that it belongs to.
  const current = error === dismissed ? undefined : error;
  const codeError = current && fieldOf(current) === "code";
  const nameError = current && fieldOf(current) === "name";

  useLayoutEffect(() => {
    const field = error && fieldOf(error);
    const invalid = field === "code" ? input.current : field === "name" ? nameInput.current : undefined;
    invalid?.focus();
    invalid?.select();
  }, [error]);

  const submit = () => {
    if (secondsLeft > 0 || busy) return;
    if (code.length < codeLength) {
      setMissing(true);
      return input.current?.focus();
    }
    const problem = methodNameError(name, methods);
    setNameProblem(problem);
    if (problem) return nameInput.current?.focus();
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
        {error && fieldOf(error) === "form" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
        <CodeField
          label={t.code}
          hint={t.codeHint}
          value={code}
          onChange={(value) => {
            setCode(value);
            setMissing(false);
            if (codeError) setDismissed(error);
          }}
          error={missing ? messages.common.codeMissing : codeError ? messageFor(current) : undefined}
          inputRef={input}
          initialFocus
        />
        <Field
          label={t.name}
          suffix={messages.common.optional}
          hint={t.nameHint}
          name="method-name"
          autoComplete="off"
          value={name}
          onChange={(value) => {
            onName(value);
            setNameProblem(undefined);
            if (nameError) setDismissed(error);
          }}
          error={nameProblem ?? (nameError ? messageFor(current) : undefined)}
          inputRef={nameInput}
        />
      </DialogBody>
      <p className="dialog__note hint">{t.otherSessions}</p>
      <DialogFoot>
        <Button onClick={onBack}>
          <BackIcon />
          {messages.common.back}
        </Button>
        <Button
          type="submit"
          kind="primary"
          busy={busy}
          busyLabel={messages.common.working}
          disabled={secondsLeft > 0}
        >
          {t.submit}
        </Button>
      </DialogFoot>
    </form>
  );
}

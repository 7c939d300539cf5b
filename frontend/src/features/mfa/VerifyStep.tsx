import { useEffect, useRef, useState } from "react";
import type { Trouble } from "../../api/client";
import { placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { codeLength } from "../../ui/code";
import { CodeField } from "../../ui/CodeField";
import { DialogBody, DialogFoot } from "../../ui/Dialog";
import { BackIcon } from "../../ui/icons";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../words";

const t = words.enroll;

interface VerifyStepProps {
  busy: boolean;
  trouble: Trouble | undefined;
  onCode: (code: string) => void;
  onBack: () => void;
}

/** The first code. A wrong one stays in the field, selected, for the next to be typed over it. */
export function VerifyStep({ busy, trouble, onCode, onBack }: VerifyStepProps) {
  const [code, setCode] = useState("");
  const [answered, setAnswered] = useState<Trouble>();
  const [missing, setMissing] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const left = useCountdown(trouble);
  // What was said about a code goes once another one is being typed.
  const current = trouble === answered ? undefined : trouble;
  const atCode = current && placeOf(current) === "code";

  useEffect(() => {
    if (!trouble || placeOf(trouble) !== "code") return;
    input.current?.focus();
    input.current?.select();
  }, [trouble]);

  const submit = () => {
    if (left > 0 || busy) return;
    if (code.length === codeLength) return onCode(code);
    setMissing(true);
    input.current?.focus();
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
      </DialogBody>
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

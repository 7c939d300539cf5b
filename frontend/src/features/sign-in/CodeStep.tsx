import { useEffect, useRef, useState } from "react";
import { ask, client, type Trouble } from "../../api/client";
import { endedBy, placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { codeLength } from "../../ui/code";
import { CodeField } from "../../ui/CodeField";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { say, words } from "../../words";

const t = words.signIn;

interface CodeStepProps {
  email: string;
  onSignedIn: () => void;
  /** The pending sign-in is gone; it starts again with the password. */
  onOver: (trouble: Trouble) => void;
  onOtherAccount: () => void;
}

export function CodeStep({ email, onSignedIn, onOver, onOtherAccount }: CodeStepProps) {
  const [code, setCode] = useState("");
  const [trouble, setTrouble] = useState<Trouble>();
  const [missing, setMissing] = useState(false);
  const [busy, run] = useWork();
  const input = useRef<HTMLInputElement>(null);
  const left = useCountdown(trouble);
  const place = trouble && placeOf(trouble);

  useEffect(() => {
    input.current?.focus();
    if (place === "code") input.current?.select();
  }, [trouble, place]);

  const submit = (whole: string) => {
    if (left > 0) return;
    if (whole.length < codeLength) {
      setMissing(true);
      return input.current?.focus();
    }
    run(async () => {
      const answer = await ask(client.POST("/api/v1/sessions/second-factor", { body: { code: whole } }));
      if (answer.ok) return onSignedIn();
      const refusal = endedBy(answer.trouble, "sign_in_expired");
      if (refusal.code === "sign_in_expired") return onOver(refusal);
      setTrouble(refusal);
    });
  };

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(code);
      }}
    >
      <div className="gate__head">
        <h1 className="gate__title">{t.codeTitle}</h1>
        <p className="gate__lead">
          {t.codeLead} <strong>{email}</strong>
        </p>
      </div>
      {trouble && place === "form" && <TroubleNotice trouble={trouble} left={left} />}
      <CodeField
        label={t.code}
        hint={t.codeHint}
        value={code}
        onChange={(value) => {
          setCode(value);
          setMissing(false);
          if (place === "code") setTrouble(undefined);
        }}
        onComplete={submit}
        error={missing ? words.common.codeMissing : trouble && place === "code" ? say(trouble) : undefined}
        inputRef={input}
      />
      <Button
        type="submit"
        kind="primary"
        wide
        busy={busy}
        busyLabel={words.common.working}
        disabled={left > 0}
      >
        {t.verify}
      </Button>
      <Button kind="quiet" wide onClick={onOtherAccount}>
        {t.otherAccount}
      </Button>
    </form>
  );
}

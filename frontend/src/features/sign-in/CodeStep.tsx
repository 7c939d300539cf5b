import { useLayoutEffect, useRef, useState } from "react";
import { ask, client, type ProofMethod, type Trouble } from "../../api/client";
import { endedBy, placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { eitherKind, firstKind, inBody, lacks, type SecondProof } from "../../ui/proof";
import { sayMissing, sayOfProof, SecondProofField } from "../../ui/SecondProof";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { words } from "../../i18n";

const t = words.signIn;

export interface CodeStepProps {
  email: string;
  /** The proofs that would do. */
  methods: ProofMethod[];
  onSignedIn: () => void;
  /** The pending sign-in is gone; it starts again with the password. */
  onOver: (trouble: Trouble) => void;
  onLost: () => void;
  onOtherAccount: () => void;
}

export function CodeStep({ email, methods, onSignedIn, onOver, onLost, onOtherAccount }: CodeStepProps) {
  const [proof, setProof] = useState<SecondProof>({ kind: firstKind(methods), text: "" });
  const [trouble, setTrouble] = useState<Trouble>();
  const [missing, setMissing] = useState(false);
  const [busy, run] = useWork();
  const input = useRef<HTMLInputElement>(null);
  const left = useCountdown(trouble);
  const place = trouble && placeOf(trouble);
  const byApp = proof.kind === "code";

  useLayoutEffect(() => {
    input.current?.focus();
    if (place === "code") input.current?.select();
  }, [trouble, place]);

  const submit = (whole: SecondProof) => {
    if (left > 0) return;
    if (lacks(whole)) {
      setMissing(true);
      return input.current?.focus();
    }
    run(async () => {
      const answer = await ask(client.POST("/api/v1/sessions/second-factor", { body: inBody(whole) }));
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
        submit(proof);
      }}
    >
      <div className="gate__head">
        <h1 className="gate__title">{byApp ? t.codeTitle : t.recoveryTitle}</h1>
        <p className="gate__lead">
          {byApp ? t.codeLead : t.recoveryLead} <strong>{email}</strong>
        </p>
      </div>
      {trouble && place === "form" && <TroubleNotice trouble={trouble} left={left} />}
      <SecondProofField
        hint={t.codeHint}
        value={proof}
        onChange={(value) => {
          setProof(value);
          setMissing(false);
          // Each kind has its own tries and its own wait.
          if (place === "code" || value.kind !== proof.kind) setTrouble(undefined);
        }}
        onComplete={submit}
        error={
          missing ? sayMissing(proof) : trouble && place === "code" ? sayOfProof(proof, trouble) : undefined
        }
        either={eitherKind(methods)}
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
      <div className="gate__ways">
        <Button kind="quiet" wide onClick={onLost}>
          {t.lost}
        </Button>
        <Button kind="quiet" wide onClick={onOtherAccount}>
          {t.otherAccount}
        </Button>
      </div>
    </form>
  );
}

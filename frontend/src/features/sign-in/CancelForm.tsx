import { useLayoutEffect, useRef, useState } from "react";
import type { ProofMethod, Trouble } from "../../api/client";
import { placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { eitherKind, firstKind, lacks, type SecondProof } from "../../ui/proof";
import { sayMissing, sayOfProof, SecondProofField } from "../../ui/SecondProof";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { span, words } from "../../i18n";
import { lost as t } from "../../i18n/lost";

interface CancelFormProps {
  methods: ProofMethod[];
  /** Seconds after the cancelling until another removal can be asked for. */
  pause: number | undefined;
  busy: boolean;
  trouble: Trouble | undefined;
  /** Seconds left of the trouble's wait. */
  left: number;
  onCode: (proof: SecondProof) => void;
  onBack: () => void;
}

/** A code in place of the removal. Nothing is sent with the last digit: it is pressed, like every end of something. */
export function CancelForm({ methods, pause, busy, trouble, left, onCode, onBack }: CancelFormProps) {
  const [proof, setProof] = useState<SecondProof>({ kind: firstKind(methods), text: "" });
  const [missing, setMissing] = useState(false);
  const [answered, setAnswered] = useState<Trouble>();
  const input = useRef<HTMLInputElement>(null);
  const current = trouble === answered ? undefined : trouble;
  const place = current && placeOf(current);

  useLayoutEffect(() => {
    input.current?.focus();
    if (trouble) input.current?.select();
  }, [trouble]);

  const submit = () => {
    if (busy || left > 0) return;
    if (lacks(proof)) {
      setMissing(true);
      return input.current?.focus();
    }
    onCode(proof);
  };

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p>{t.cancelLead(span(pause))}</p>
      {current?.code === "not_found" ? (
        <Notice kind="info">
          <p>{t.noneUnderWay}</p>
        </Notice>
      ) : current?.code === "too_many_attempts" && current.retryAfter === undefined ? (
        <Notice kind="error">
          <p>{t.codesSpent}</p>
        </Notice>
      ) : (
        current && place === "form" && <TroubleNotice trouble={current} left={left} />
      )}
      <SecondProofField
        hint={t.codeHint}
        value={proof}
        onChange={(value) => {
          setProof(value);
          setMissing(false);
          if (place === "code" || value.kind !== proof.kind) setAnswered(trouble);
        }}
        error={
          missing ? sayMissing(proof) : current && place === "code" ? sayOfProof(proof, current) : undefined
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
        {t.cancelSubmit}
      </Button>
      <Button kind="quiet" wide disabled={busy} onClick={onBack}>
        {words.common.back}
      </Button>
    </form>
  );
}

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { request, client, type ProofMethod, type RequestError } from "../../api/client";
import { asExpired, fieldOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { ChangingText } from "../../ui/ChangingText";
import {
  offersBothKinds,
  defaultKind,
  toRequestBody,
  isIncomplete,
  type SecondFactor,
} from "../../ui/secondFactor";
import { missingCodeMessage, secondFactorMessage, SecondFactorField } from "../../ui/SecondFactorField";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { useCountdown } from "../../ui/Countdown";
import { messages } from "../../i18n";

const t = messages.signIn;

export interface CodeStepProps {
  email: string;
  /** The credentials that the server accepts. */
  methods: ProofMethod[];
  onSignedIn: () => void;
  /** Called if the pending sign-in expired, so that the user has to enter the password again. */
  onExpired: (error: RequestError) => void;
  onFactorsLost: () => void;
  onOtherAccount: () => void;
}

export function CodeStep({
  email,
  methods,
  onSignedIn,
  onExpired,
  onFactorsLost,
  onOtherAccount,
}: CodeStepProps) {
  const [factor, setFactor] = useState<SecondFactor>({ kind: defaultKind(methods), text: "" });
  const [error, setError] = useState<RequestError>();
  const [missing, setMissing] = useState(false);
  const [busy, run] = useAsyncAction();
  const input = useRef<HTMLInputElement>(null);
  const secondsLeft = useCountdown(error);
  const field = error && fieldOf(error);
  const isTotp = factor.kind === "code";

  useLayoutEffect(() => {
    input.current?.focus();
    if (field === "code") input.current?.select();
  }, [error, field]);

  const submit = (entered: SecondFactor) => {
    if (secondsLeft > 0) return;
    if (isIncomplete(entered)) {
      setMissing(true);
      return input.current?.focus();
    }
    run(async () => {
      const result = await request(
        client.POST("/api/v1/sessions/second-factor", { body: toRequestBody(entered) }),
      );
      if (result.ok) return onSignedIn();
      const failure = asExpired(result.error, "sign_in_expired");
      if (failure.code === "sign_in_expired") return onExpired(failure);
      setError(failure);
    });
  };

  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit(factor);
      }}
    >
      <div className="auth__head">
        <h1 className="auth__title">
          <ChangingText>{isTotp ? t.codeTitle : t.recoveryTitle}</ChangingText>
        </h1>
        <p className="auth__lead">
          <ChangingText>{isTotp ? t.codeLead : t.recoveryLead}</ChangingText>{" "}
          <strong translate={false}>{email}</strong>
        </p>
      </div>
      {error && field === "form" && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
      <SecondFactorField
        hint={t.codeHint}
        value={factor}
        onChange={(value) => {
          setFactor(value);
          setMissing(false);
          // Each kind of code has its own attempts and its own backoff.
          if (field === "code" || value.kind !== factor.kind) setError(undefined);
        }}
        onComplete={submit}
        error={
          missing
            ? missingCodeMessage(factor)
            : error && field === "code"
              ? secondFactorMessage(factor, error)
              : undefined
        }
        canSwitch={offersBothKinds(methods)}
        inputRef={input}
      />
      <Button
        type="submit"
        kind="primary"
        wide
        busy={busy}
        busyLabel={messages.common.working}
        disabled={secondsLeft > 0}
      >
        {t.verify}
      </Button>
      <div className="auth__actions">
        <Button kind="quiet" wide onClick={onFactorsLost}>
          {t.factorsLost}
        </Button>
        <Button kind="quiet" wide onClick={onOtherAccount}>
          {t.otherAccount}
        </Button>
      </div>
    </form>
  );
}

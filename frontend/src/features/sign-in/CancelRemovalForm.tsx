import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ProofMethod, RequestError } from "../../api/client";
import { fieldOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { offersBothKinds, defaultKind, isIncomplete, type SecondFactor } from "../../ui/secondFactor";
import { missingCodeMessage, secondFactorMessage, SecondFactorField } from "../../ui/SecondFactorField";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { duration, messages } from "../../i18n";
import { mfaRemoval as t } from "../../i18n/mfaRemoval";

interface CancelRemovalFormProps {
  methods: ProofMethod[];
  /** Seconds after the cancellation until another removal can be requested. */
  cooldown: number | undefined;
  busy: boolean;
  error: RequestError | undefined;
  /** Seconds until the next attempt is allowed. */
  secondsLeft: number;
  onCode: (factor: SecondFactor) => void;
  onBack: () => void;
}

/** Cancels a pending removal with a code. Unlike a sign-in, it is not sent with the last digit: the user presses the button. */
export function CancelRemovalForm({
  methods,
  cooldown,
  busy,
  error,
  secondsLeft,
  onCode,
  onBack,
}: CancelRemovalFormProps) {
  const [factor, setFactor] = useState<SecondFactor>({ kind: defaultKind(methods), text: "" });
  const [missing, setMissing] = useState(false);
  const [dismissed, setDismissed] = useState<RequestError>();
  const input = useRef<HTMLInputElement>(null);
  const current = error === dismissed ? undefined : error;
  const field = current && fieldOf(current);

  useLayoutEffect(() => {
    input.current?.focus();
    if (error) input.current?.select();
  }, [error]);

  const submit = () => {
    if (busy || secondsLeft > 0) return;
    if (isIncomplete(factor)) {
      setMissing(true);
      return input.current?.focus();
    }
    onCode(factor);
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
      <p>{t.cancelLead(duration(cooldown))}</p>
      {current?.code === "not_found" ? (
        <Notice kind="info">
          <p>{t.nonePending}</p>
        </Notice>
      ) : current?.code === "too_many_attempts" && current.retryAfter === undefined ? (
        <Notice kind="error">
          <p>{t.codesLocked}</p>
        </Notice>
      ) : (
        current && field === "form" && <ErrorNotice error={current} secondsLeft={secondsLeft} />
      )}
      <SecondFactorField
        hint={t.codeHint}
        value={factor}
        onChange={(value) => {
          setFactor(value);
          setMissing(false);
          if (field === "code" || value.kind !== factor.kind) setDismissed(error);
        }}
        error={
          missing
            ? missingCodeMessage(factor)
            : current && field === "code"
              ? secondFactorMessage(factor, current)
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
        {t.cancelSubmit}
      </Button>
      <Button kind="quiet" wide disabled={busy} onClick={onBack}>
        {messages.common.back}
      </Button>
    </form>
  );
}

import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { RequestError } from "../../api/client";
import { Button } from "../../ui/Button";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useCountdown } from "../../ui/Countdown";
import { FormSkeleton } from "../../ui/FormSkeleton";
import { messages } from "../../i18n";
import { mfaRequired as t } from "../../i18n/mfaRequired";
import { EnrollmentFlowDialog, EnrollSteps } from "./EnrollmentFlowDialog";
import { useSignInEnrollment } from "./useSignInEnrollment";

export interface SignInEnrollmentProps {
  email: string;
  onSignedIn: () => void;
  /** Called if the pending sign-in expired, so that the user has to enter the password again. */
  onExpired: (error: RequestError) => void;
  onOtherAccount: () => void;
}

/** Explains that MFA is required, and registers a method before the sign-in completes. */
export function SignInEnrollment({ email, onSignedIn, onExpired, onOtherAccount }: SignInEnrollmentProps) {
  const flow = useSignInEnrollment({ onSignedIn, onExpired });
  const { state, error } = flow;
  const secondsLeft = useCountdown(error);
  const top = useRef<HTMLHeadingElement>(null);

  useEffect(() => EnrollSteps.prefetch(), []);
  useLayoutEffect(() => top.current?.focus(), []);

  return (
    <div className="stack">
      <div className="auth__head">
        <h1 className="auth__title" ref={top} tabIndex={-1}>
          {t.title}
        </h1>
        <p className="auth__lead">
          {t.lead} <strong translate={false}>{email}</strong>
        </p>
      </div>
      {error && <ErrorNotice error={error} secondsLeft={secondsLeft} />}
      <p>{t.why}</p>
      <p>{t.how}</p>
      <Button kind="primary" wide disabled={secondsLeft > 0} onClick={flow.begin}>
        {t.submit}
      </Button>
      <div className="auth__actions">
        <Button kind="quiet" wide onClick={onOtherAccount}>
          {messages.signIn.otherAccount}
        </Button>
      </div>
      {state.at !== "closed" && (
        <EnrollmentFlowDialog state={state} onClose={() => void flow.close()}>
          {state.at === "reauthenticate" ? (
            <FormSkeleton />
          ) : (
            <EnrollSteps state={state} flow={flow} methods={[]} />
          )}
        </EnrollmentFlowDialog>
      )}
    </div>
  );
}

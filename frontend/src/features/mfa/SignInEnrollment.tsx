import { useEffect, useLayoutEffect, useRef } from "react";
import type { Trouble } from "../../api/client";
import { Button } from "../../ui/Button";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useCountdown } from "../../ui/Wait";
import { WaitingForm } from "../../ui/WaitingForm";
import { words } from "../../i18n";
import { required as t } from "../../i18n/required";
import { CeremonyDialog, LaterSteps } from "./CeremonyDialog";
import { useSignInCeremony } from "./useSignInCeremony";

export interface SignInEnrollmentProps {
  email: string;
  onSignedIn: () => void;
  /** The pending sign-in is gone; it starts again with the password. */
  onOver: (trouble: Trouble) => void;
  onOtherAccount: () => void;
}

/** Where MFA is required: says so, leads through the ceremony, and then one is signed in. */
export function SignInEnrollment({ email, onSignedIn, onOver, onOtherAccount }: SignInEnrollmentProps) {
  const ceremony = useSignInCeremony({ onSignedIn, onOver });
  const { state, trouble } = ceremony;
  const left = useCountdown(trouble);
  const top = useRef<HTMLHeadingElement>(null);

  useEffect(() => LaterSteps.prefetch(), []);
  useLayoutEffect(() => top.current?.focus(), []);

  return (
    <div className="stack">
      <div className="gate__head">
        <h1 className="gate__title" ref={top} tabIndex={-1}>
          {t.title}
        </h1>
        <p className="gate__lead">
          {t.lead} <strong>{email}</strong>
        </p>
      </div>
      {trouble && <TroubleNotice trouble={trouble} left={left} />}
      <p>{t.why}</p>
      <p>{t.how}</p>
      <Button kind="primary" wide disabled={left > 0} onClick={ceremony.begin}>
        {t.submit}
      </Button>
      <div className="gate__ways">
        <Button kind="quiet" wide onClick={onOtherAccount}>
          {words.signIn.otherAccount}
        </Button>
      </div>
      {state.at !== "closed" && (
        <CeremonyDialog state={state} onClose={() => void ceremony.close()}>
          {state.at === "reauthenticate" ? (
            <WaitingForm />
          ) : (
            <LaterSteps state={state} ceremony={ceremony} methods={[]} />
          )}
        </CeremonyDialog>
      )}
    </div>
  );
}

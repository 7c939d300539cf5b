import { Fragment } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";
import type { Mfa, MfaMethod, ProofMethod } from "../../api/client";
import { messages } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import { EnrollmentFlowDialog, EnrollSteps } from "./EnrollmentFlowDialog";
import type { RenderCredentialsForm } from "../../api/stepUp";
import { useEnrollmentFlow } from "./useEnrollmentFlow";

export interface EnrollDialogProps {
  /** The method that the new one replaces. */
  replaces: MfaMethod | undefined;
  mfa: Mfa;
  renderCredentialsForm: RenderCredentialsForm;
  onClosed: () => void;
}

/** Returns the credentials to ask for first, from what the page knows. The server may require others. */
function availableFactors({ enabled, methods, recovery_codes: codes }: Mfa): ProofMethod[] {
  if (!enabled) return ["password"];
  return [
    "password",
    ...(methods.some(({ suspended }) => !suspended) ? ["totp" as const] : []),
    ...(codes && codes.remaining > 0 ? ["recovery_code" as const] : []),
  ];
}

/** Registers an MFA method, or moves one to a new phone, for a signed-in user. */
export function EnrollDialog({ replaces, mfa, renderCredentialsForm, onClosed }: EnrollDialogProps) {
  const flow = useEnrollmentFlow(replaces);
  const { state } = flow;
  const isClosed = state.at === "closed";

  useEffect(() => EnrollSteps.prefetch(), []);
  // A layout effect runs before the next key press. A later effect would close a dialog that such a key press opens.
  useLayoutEffect(() => {
    if (isClosed) onClosed();
  });

  if (state.at === "closed") return null;
  const close = () => void flow.close();
  return (
    <EnrollmentFlowDialog state={state} onClose={close}>
      {state.at === "reauthenticate" ? (
        <Fragment key={state.run}>
          {renderCredentialsForm({
            purpose: "mfa.enroll",
            methods: availableFactors(mfa),
            lead: state.replaces ? t.replaceLead(state.replaces.name) : t.reauthenticateLead,
            submit: messages.common.continue,
            error: state.error,
            onVerified: flow.begin,
            onCancel: close,
          })}
        </Fragment>
      ) : (
        <EnrollSteps state={state} flow={flow} methods={mfa.methods} />
      )}
    </EnrollmentFlowDialog>
  );
}

import { Fragment, useEffect, useLayoutEffect } from "react";
import type { Mfa, MfaMethod, ProofMethod } from "../../api/client";
import { words } from "../../i18n";
import { enroll as t } from "../../i18n/enroll";
import { CeremonyDialog, LaterSteps } from "./CeremonyDialog";
import type { ProofSlot } from "./proofSlot";
import { useCeremony } from "./useCeremony";

export interface EnrollDialogProps {
  /** The method that the new one takes the place of. */
  replaces: MfaMethod | undefined;
  mfa: Mfa;
  proof: ProofSlot;
  onClosed: () => void;
}

/** The proofs that the account has, as far as this page knows; the server may ask for others. */
function proofsOf({ enabled, methods, recovery_codes: codes }: Mfa): ProofMethod[] {
  if (!enabled) return ["password"];
  return [
    "password",
    ...(methods.some(({ suspended }) => !suspended) ? ["totp" as const] : []),
    ...(codes && codes.remaining > 0 ? ["recovery_code" as const] : []),
  ];
}

export function EnrollDialog({ replaces, mfa, proof, onClosed }: EnrollDialogProps) {
  const ceremony = useCeremony(replaces);
  const { state } = ceremony;
  const over = state.at === "closed";

  useEffect(() => LaterSteps.prefetch(), []);
  // Before the next key press: an effect that waits for the screen would close the dialog again that such a press opened.
  useLayoutEffect(() => {
    if (over) onClosed();
  });

  if (state.at === "closed") return null;
  const close = () => void ceremony.close();
  return (
    <CeremonyDialog state={state} onClose={close}>
      {state.at === "reauthenticate" ? (
        <Fragment key={state.run}>
          {proof({
            purpose: "mfa.enroll",
            methods: proofsOf(mfa),
            lead: state.replaces ? t.replaceLead(state.replaces.name) : t.reauthenticateLead,
            submit: words.common.continue,
            trouble: state.trouble,
            onProven: ceremony.begin,
            onCancel: close,
          })}
        </Fragment>
      ) : (
        <LaterSteps state={state} ceremony={ceremony} methods={mfa.methods} />
      )}
    </CeremonyDialog>
  );
}

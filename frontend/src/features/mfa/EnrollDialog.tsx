import { Fragment, useEffect } from "react";
import type { Mfa, MfaMethod, ProofMethod } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { lazyPart } from "../../ui/lazyPart";
import { Steps } from "../../ui/Steps";
import { WaitingForm } from "../../ui/WaitingForm";
import { words } from "../../words";
import { enroll as t } from "../../words/enroll";
import { stepOf, steps } from "./ceremony";
import { timesReminded } from "./keeping";
import type { ProofSlot } from "./proofSlot";
import { useCeremony } from "./useCeremony";

/** The steps after the first, which nobody sees without having proven who they are. */
const LaterSteps = lazyPart(async () => (await import("./LaterSteps")).LaterSteps, WaitingForm);

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
  useEffect(() => {
    if (over) onClosed();
  });

  if (state.at === "closed") return null;
  const current = stepOf(state);
  const close = () => void ceremony.close();
  const index = steps.indexOf(current);
  const reminded = state.at === "success" ? timesReminded(state.keeping) : 0;
  return (
    <Dialog
      title={state.replaces ? t.replaceTitle : t.title}
      closeLabel={words.common.close}
      onClose={close}
      focusKey={`${current} ${state.run} ${state.at === "over"} ${reminded}`}
    >
      <Steps
        names={steps.map((name) => t.steps[name])}
        current={index}
        done={state.at === "success"}
        label={t.stepOf(index + 1, steps.length, t.steps[current])}
      />
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
    </Dialog>
  );
}

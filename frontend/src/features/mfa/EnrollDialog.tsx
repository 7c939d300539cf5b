import { Fragment, type ReactNode } from "react";
import type { Mfa, ProofMethod, Purpose, Trouble } from "../../api/client";
import { Dialog } from "../../ui/Dialog";
import { lazyPart } from "../../ui/lazyPart";
import { Steps } from "../../ui/Steps";
import { WaitingForm } from "../../ui/WaitingForm";
import { words } from "../../words";
import { stepOf, steps, type Ceremony } from "./ceremony";
import { timesReminded } from "./keeping";
import type { useCeremony } from "./useCeremony";

/** What the app's shell lends to the first step: the form that asks for proofs. */
export type ProofSlot = (props: {
  purpose: Purpose;
  methods: ProofMethod[];
  lead: string;
  submit: string;
  trouble?: Trouble | undefined;
  onProven: (token: string) => Promise<void>;
  onCancel: () => void;
}) => ReactNode;

/** The steps after the first, which nobody sees without having proven who they are. */
const LaterSteps = lazyPart(async () => (await import("./LaterSteps")).LaterSteps, WaitingForm);

interface EnrollDialogProps {
  state: Exclude<Ceremony, { at: "closed" }>;
  ceremony: ReturnType<typeof useCeremony>;
  mfa: Mfa;
  proof: ProofSlot;
}

const t = words.enroll;

/** The proofs that the account has, as far as this page knows; the server may ask for others. */
function proofsOf({ enabled, methods, recovery_codes: codes }: Mfa): ProofMethod[] {
  if (!enabled) return ["password"];
  return [
    "password",
    ...(methods.some(({ suspended }) => !suspended) ? ["totp" as const] : []),
    ...(codes && codes.remaining > 0 ? ["recovery_code" as const] : []),
  ];
}

export function EnrollDialog({ state, ceremony, mfa, proof }: EnrollDialogProps) {
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

EnrollDialog.prefetch = LaterSteps.prefetch;

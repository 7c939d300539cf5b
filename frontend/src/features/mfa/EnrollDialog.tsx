import { Fragment, useState, type ReactNode } from "react";
import type { Mfa, ProofMethod, Purpose, Trouble } from "../../api/client";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { Steps } from "../../ui/Steps";
import { say, words } from "../../words";
import { stepOf, steps, type Ceremony } from "./ceremony";
import { ScanStep } from "./ScanStep";
import { SuccessStep } from "./SuccessStep";
import type { useCeremony } from "./useCeremony";
import { VerifyStep } from "./VerifyStep";

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

interface EnrollDialogProps {
  state: Exclude<Ceremony, { at: "closed" }>;
  ceremony: ReturnType<typeof useCeremony>;
  mfa: Mfa;
  proof: ProofSlot;
}

const t = words.enroll;

export function EnrollDialog({ state, ceremony, mfa, proof }: EnrollDialogProps) {
  // Kept here, so that a look back at the QR code keeps it.
  const [name, setName] = useState("");
  const current = stepOf(state);
  const close = () => void ceremony.close();
  const names = steps.map((name) => t.steps[name]);
  const index = steps.indexOf(current);
  return (
    <Dialog
      title={t.title}
      closeLabel={words.common.close}
      onClose={close}
      focusKey={`${current} ${state.run} ${state.at === "over"}`}
    >
      <Steps
        names={names}
        current={index}
        done={state.at === "success"}
        label={t.stepOf(index + 1, steps.length, t.steps[current])}
      />
      {state.at === "reauthenticate" && (
        <Fragment key={state.run}>
          {proof({
            purpose: "mfa.enroll",
            methods: mfa.enabled ? ["password", "totp"] : ["password"],
            lead: t.reauthenticateLead,
            submit: words.common.continue,
            trouble: state.trouble,
            onProven: ceremony.begin,
            onCancel: close,
          })}
        </Fragment>
      )}
      {state.at === "scan" && (
        <ScanStep enrollment={state.enrollment} onNext={ceremony.onward} onCancel={close} />
      )}
      {(state.at === "verify" || state.at === "confirming") && (
        <VerifyStep
          busy={state.at === "confirming"}
          trouble={state.at === "verify" ? state.trouble : undefined}
          methods={mfa.methods}
          name={name}
          onName={setName}
          onCode={(code) => void ceremony.confirm(code, name.trim())}
          onBack={ceremony.back}
        />
      )}
      {state.at === "over" && <Over trouble={state.trouble} onRestart={ceremony.restart} onCancel={close} />}
      {state.at === "success" && <SuccessStep result={state.result} onDone={close} />}
    </Dialog>
  );
}

function Over(props: { trouble: Trouble; onRestart: () => void; onCancel: () => void }) {
  const gone = props.trouble.code === "not_found";
  return (
    <>
      <DialogBody>
        <h3 className="dialog__subtitle" tabIndex={-1} data-autofocus>
          {t.overTitle}
        </h3>
        <p role="alert">{gone ? t.overGone : say(props.trouble)}</p>
      </DialogBody>
      <DialogFoot>
        <Button onClick={props.onCancel}>{words.common.close}</Button>
        <Button kind="primary" onClick={props.onRestart}>
          {t.startAgain}
        </Button>
      </DialogFoot>
    </>
  );
}

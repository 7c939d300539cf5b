import { useState, type ReactNode } from "react";
import type { Mfa, ProofMethod, Purpose, Trouble } from "../../api/client";
import { placeOf } from "../../api/problem";
import { Button } from "../../ui/Button";
import { Dialog, DialogBody, DialogFoot } from "../../ui/Dialog";
import { Field } from "../../ui/Field";
import { Steps } from "../../ui/Steps";
import { say, words } from "../../words";
import { stepOf, steps, type Ceremony } from "./ceremony";
import { nameError } from "./name";
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
  children?: ReactNode;
  ready: () => boolean;
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
        <Reauthenticate key={state.run} trouble={state.trouble} {...{ ceremony, mfa, proof, close }} />
      )}
      {state.at === "scan" && (
        <ScanStep enrollment={state.enrollment} onNext={ceremony.onward} onCancel={close} />
      )}
      {(state.at === "verify" || state.at === "confirming") && (
        <VerifyStep
          busy={state.at === "confirming"}
          trouble={state.at === "verify" ? state.trouble : undefined}
          onCode={(code) => void ceremony.confirm(code)}
          onBack={ceremony.back}
        />
      )}
      {state.at === "over" && <Over trouble={state.trouble} onRestart={ceremony.restart} onCancel={close} />}
      {state.at === "success" && <SuccessStep result={state.result} onDone={close} />}
    </Dialog>
  );
}

interface ReauthenticateProps extends Pick<EnrollDialogProps, "ceremony" | "mfa" | "proof"> {
  trouble: Trouble | undefined;
  close: () => void;
}

function Reauthenticate({ trouble, ceremony, mfa, proof, close }: ReauthenticateProps) {
  const [name, setName] = useState("");
  const [wrong, setWrong] = useState<string>();
  const refused = trouble && placeOf(trouble) === "name" ? say(trouble) : undefined;
  return proof({
    purpose: "mfa.enroll",
    methods: mfa.enabled ? ["password", "totp"] : ["password"],
    lead: t.reauthenticateLead,
    submit: words.common.continue,
    trouble,
    ready: () => {
      const error = nameError(name, mfa.methods);
      setWrong(error);
      if (error) document.querySelector<HTMLInputElement>("input[name=method-name]")?.focus();
      return error === undefined;
    },
    onProven: (token) => ceremony.begin(token, name.trim()),
    onCancel: close,
    children: (
      <Field
        label={t.name}
        aside={words.common.optional}
        hint={t.nameHint}
        name="method-name"
        autoComplete="off"
        value={name}
        onChange={(value) => {
          setName(value);
          setWrong(undefined);
        }}
        error={wrong ?? refused}
      />
    ),
  });
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

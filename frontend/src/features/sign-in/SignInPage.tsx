import { useEffect, useState, type ReactNode } from "react";
import type { ProofMethod, Trouble } from "../../api/client";
import { lazyPart } from "../../ui/lazyPart";
import { Wordmark } from "../../ui/Logo";
import { WaitingForm } from "../../ui/WaitingForm";
import { messages } from "../../i18n";
import type { CodeStepProps } from "./CodeStep";
import { PasswordStep } from "./PasswordStep";

/** Why somebody is on this page, where that is worth a sentence. */
export type Arrival = "expired" | "signedOut" | "passwordSet" | undefined;

type SignIn =
  | { at: "password"; trouble?: Trouble }
  /** The password was right. It is not kept: the server knows. */
  | { at: "code"; methods: ProofMethod[] }
  /** Also where no code could be entered: the only method is suspended, and there are no recovery codes. */
  | { at: "lost"; methods: ProofMethod[] }
  /** The password was right, and MFA is required, which the account does not have yet. */
  | { at: "enroll" };

const canCode = ({ methods }: { methods: ProofMethod[] }) => methods.length > 0;

const CodeStep = lazyPart<CodeStepProps>(async () => (await import("./CodeStep")).CodeStep, WaitingForm);
const LostStep = lazyPart(async () => (await import("./LostStep")).LostStep, WaitingForm);

export interface SignInPageProps {
  arrival: Arrival;
  onSignedIn: () => void;
  /** What the app's shell lends: the way to MFA where it is required. */
  enrollment: (props: {
    email: string;
    onSignedIn: () => void;
    onOver: (trouble: Trouble) => void;
    onOtherAccount: () => void;
  }) => ReactNode;
}

const t = messages.signIn;
const sentences = { expired: t.expired, signedOut: t.signedOut, passwordSet: t.passwordSet };

function titleOf(state: SignIn): string {
  if (state.at === "code") return messages.pageTitles.code;
  return state.at === "lost" && canCode(state) ? t.factorsLost : messages.pageTitles.signIn;
}

export function SignInPage({ arrival, onSignedIn, enrollment }: SignInPageProps) {
  const [state, setState] = useState<SignIn>({ at: "password" });
  const [email, setEmail] = useState("");

  useEffect(() => {
    document.title = `${titleOf(state)} – ${messages.product}`;
  }, [state]);

  useEffect(() => CodeStep.prefetch(), []);

  const otherAccount = () => {
    setEmail("");
    setState({ at: "password" });
  };

  const onOver = (trouble: Trouble) => setState({ at: "password", trouble });

  return (
    <main className="gate" id="main" tabIndex={-1}>
      <div className="gate__logo">
        <Wordmark name={messages.product} />
      </div>
      <div className="gate__card">
        {state.at === "password" ? (
          <PasswordStep
            email={email}
            onEmail={setEmail}
            greeting={arrival && sentences[arrival]}
            trouble={state.trouble}
            onSignedIn={onSignedIn}
            onEnrollmentNeeded={() => setState({ at: "enroll" })}
            onCodeNeeded={(methods) => setState({ at: canCode({ methods }) ? "code" : "lost", methods })}
          />
        ) : state.at === "enroll" ? (
          enrollment({ email, onSignedIn, onOver, onOtherAccount: otherAccount })
        ) : state.at === "lost" ? (
          <LostStep
            email={email}
            methods={state.methods}
            onBack={canCode(state) ? () => setState({ ...state, at: "code" }) : otherAccount}
            onOver={onOver}
          />
        ) : (
          <CodeStep
            email={email}
            methods={state.methods}
            onLost={() => setState({ at: "lost", methods: state.methods })}
            onSignedIn={onSignedIn}
            onOver={onOver}
            onOtherAccount={otherAccount}
          />
        )}
      </div>
    </main>
  );
}

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ProofMethod, RequestError } from "../../api/client";
import { lazyPart } from "../../ui/lazyPart";
import { Wordmark } from "../../ui/Logo";
import { FormSkeleton } from "../../ui/FormSkeleton";
import { messages } from "../../i18n";
import type { CodeStepProps } from "./CodeStep";
import { PasswordStep } from "./PasswordStep";

/** Why the sign-in page is shown, if the page says so. */
export type SignInReason = "expired" | "signedOut" | "passwordSet" | undefined;

type SignIn =
  | { at: "password"; error?: RequestError }
  /** The password was right. The page does not keep it: the server remembers the pending sign-in. */
  | { at: "code"; methods: ProofMethod[] }
  /** Also shown if the account has no usable factor: its only method is suspended and it has no recovery codes. */
  | { at: "mfaRemoval"; methods: ProofMethod[] }
  /** The password was right, but MFA is required and not set up yet. */
  | { at: "enroll" };

const hasFactor = ({ methods }: { methods: ProofMethod[] }) => methods.length > 0;

const CodeStep = lazyPart<CodeStepProps>(async () => (await import("./CodeStep")).CodeStep, FormSkeleton);
const MfaRemovalStep = lazyPart(async () => (await import("./MfaRemovalStep")).MfaRemovalStep, FormSkeleton);

export interface SignInPageProps {
  reason: SignInReason;
  onSignedIn: () => void;
  /** Renders the enrollment that a sign-in requires. The app shell provides it. */
  renderEnrollment: (props: {
    email: string;
    onSignedIn: () => void;
    onExpired: (error: RequestError) => void;
    onOtherAccount: () => void;
  }) => ComponentChildren;
}

const t = messages.signIn;
const greetings = { expired: t.expired, signedOut: t.signedOut, passwordSet: t.passwordSet };

function titleOf(state: SignIn): string {
  if (state.at === "code") return messages.pageTitles.code;
  return state.at === "mfaRemoval" && hasFactor(state) ? t.factorsLost : messages.pageTitles.signIn;
}

export function SignInPage({ reason, onSignedIn, renderEnrollment }: SignInPageProps) {
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

  const onExpired = (error: RequestError) => setState({ at: "password", error });

  return (
    <main className="auth" id="main" tabIndex={-1}>
      <div className="auth__logo">
        <Wordmark name={messages.product} />
      </div>
      <div className="auth__card">
        {state.at === "password" ? (
          <PasswordStep
            email={email}
            onEmail={setEmail}
            greeting={reason && greetings[reason]}
            error={state.error}
            onSignedIn={onSignedIn}
            onEnrollmentNeeded={() => setState({ at: "enroll" })}
            onCodeNeeded={(methods) =>
              setState({ at: hasFactor({ methods }) ? "code" : "mfaRemoval", methods })
            }
          />
        ) : state.at === "enroll" ? (
          renderEnrollment({ email, onSignedIn, onExpired, onOtherAccount: otherAccount })
        ) : state.at === "mfaRemoval" ? (
          <MfaRemovalStep
            email={email}
            methods={state.methods}
            onBack={hasFactor(state) ? () => setState({ ...state, at: "code" }) : otherAccount}
            onExpired={onExpired}
          />
        ) : (
          <CodeStep
            email={email}
            methods={state.methods}
            onFactorsLost={() => setState({ at: "mfaRemoval", methods: state.methods })}
            onSignedIn={onSignedIn}
            onExpired={onExpired}
            onOtherAccount={otherAccount}
          />
        )}
      </div>
    </main>
  );
}

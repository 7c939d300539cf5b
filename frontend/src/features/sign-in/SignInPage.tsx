import { useEffect, useState } from "react";
import type { ProofMethod, Trouble } from "../../api/client";
import { lazyPart } from "../../ui/lazyPart";
import { Wordmark } from "../../ui/Logo";
import { WaitingForm } from "../../ui/WaitingForm";
import { words } from "../../words";
import { CodeStep } from "./CodeStep";
import { PasswordStep } from "./PasswordStep";

/** Why somebody is on this page, where that is worth a sentence. */
export type Arrival = "expired" | "signedOut" | "passwordSet" | undefined;

type SignIn =
  | { at: "password"; trouble?: Trouble }
  /** The password was right. It is not kept: the server knows. */
  | { at: "code"; methods: ProofMethod[] }
  | { at: "lost"; methods: ProofMethod[] };

const LostStep = lazyPart(async () => (await import("./LostStep")).LostStep, WaitingForm);

export interface SignInPageProps {
  arrival: Arrival;
  onSignedIn: () => void;
}

const t = words.signIn;
const sentences = { expired: t.expired, signedOut: t.signedOut, passwordSet: t.passwordSet };

export function SignInPage({ arrival, onSignedIn }: SignInPageProps) {
  const [state, setState] = useState<SignIn>({ at: "password" });
  const [email, setEmail] = useState("");

  useEffect(() => {
    const title = { password: words.titles.signIn, code: words.titles.code, lost: t.lost }[state.at];
    document.title = `${title} – ${words.product}`;
  }, [state.at]);

  return (
    <main className="gate" id="main" tabIndex={-1}>
      <div className="gate__logo">
        <Wordmark name={words.product} />
      </div>
      <div className="gate__card">
        {state.at === "password" ? (
          <PasswordStep
            email={email}
            onEmail={setEmail}
            greeting={arrival && sentences[arrival]}
            trouble={state.trouble}
            onSignedIn={onSignedIn}
            onCodeNeeded={(methods) => setState({ at: "code", methods })}
          />
        ) : state.at === "lost" ? (
          <LostStep
            email={email}
            methods={state.methods}
            onBack={() => setState({ at: "code", methods: state.methods })}
            onOver={(trouble) => setState({ at: "password", trouble })}
          />
        ) : (
          <CodeStep
            email={email}
            methods={state.methods}
            onLost={() => setState({ at: "lost", methods: state.methods })}
            onSignedIn={onSignedIn}
            onOver={(trouble) => setState({ at: "password", trouble })}
            onOtherAccount={() => {
              setEmail("");
              setState({ at: "password" });
            }}
          />
        )}
      </div>
    </main>
  );
}

import { useEffect, useState } from "react";
import type { Trouble } from "../../api/client";
import { words } from "../../words";
import { Wordmark } from "../../ui/Logo";
import { CodeStep } from "./CodeStep";
import { PasswordStep } from "./PasswordStep";

/** Why somebody is on this page, where that is worth a sentence. */
export type Arrival = "expired" | "signedOut" | undefined;

type SignIn =
  | { at: "password"; trouble?: Trouble }
  /** The password was right. It is not kept: the server knows. */
  | { at: "code" };

interface SignInPageProps {
  arrival: Arrival;
  onSignedIn: () => void;
}

const t = words.signIn;
const sentences = { expired: t.expired, signedOut: t.signedOut };

export function SignInPage({ arrival, onSignedIn }: SignInPageProps) {
  const [state, setState] = useState<SignIn>({ at: "password" });
  const [email, setEmail] = useState("");

  useEffect(() => {
    const title = state.at === "code" ? words.titles.code : words.titles.signIn;
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
            onCodeNeeded={() => setState({ at: "code" })}
          />
        ) : (
          <CodeStep
            email={email}
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

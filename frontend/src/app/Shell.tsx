import { useState, type ReactNode } from "react";
import { Link } from "wouter";
import { ask, client, type Trouble } from "../api/client";
import { Button } from "../ui/Button";
import { Wordmark } from "../ui/Logo";
import { Notice } from "../ui/Notice";
import { useWork } from "../ui/useWork";
import { say, messages } from "../i18n";

interface ShellProps {
  email: string;
  onSignedOut: () => void;
  children: ReactNode;
  foot: ReactNode;
}

/** The frame of every page of somebody who is signed in. */
export function Shell({ email, onSignedOut, children, foot }: ShellProps) {
  const [busy, run] = useWork();
  const [trouble, setTrouble] = useState<Trouble>();

  const signOut = () =>
    run(async () => {
      const answer = await ask(client.DELETE("/api/v1/sessions/current"));
      // Nobody being signed in is what was wanted.
      if (answer.ok || answer.trouble.code === "session_required") return onSignedOut();
      setTrouble(answer.trouble);
    });

  return (
    <>
      <a className="skip" href="#main">
        {messages.common.skipToContent}
      </a>
      <header className="bar">
        <div className="bar__inner">
          <Link className="bar__home" href="/settings/account" aria-label={messages.shell.home}>
            <Wordmark name={messages.product} />
          </Link>
          <p className="bar__who">
            <span className="sr-only">{messages.shell.signedInAs} </span>
            <bdi>{email}</bdi>
          </p>
          <Button small kind="quiet" busy={busy} busyLabel={messages.common.working} onClick={signOut}>
            {messages.shell.signOut}
          </Button>
        </div>
      </header>
      <main className="page" id="main" tabIndex={-1}>
        {trouble && (
          <Notice kind="error">
            <p>
              {messages.shell.signOutFailed} {say(trouble)}
            </p>
          </Notice>
        )}
        {children}
      </main>
      {foot}
    </>
  );
}

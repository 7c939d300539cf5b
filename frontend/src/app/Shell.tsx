import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Link } from "wouter";
import { request, client, type RequestError } from "../api/client";
import { Address } from "../ui/Address";
import { Button } from "../ui/Button";
import { ChangingText } from "../ui/ChangingText";
import { Wordmark } from "../ui/Logo";
import { Notice } from "../ui/Notice";
import { useAsyncAction } from "../ui/useAsyncAction";
import { messageFor, messages } from "../i18n";

interface ShellProps {
  email: string;
  onSignedOut: () => void;
  children: ComponentChildren;
  footer: ComponentChildren;
}

/** The layout of the settings pages: header with sign-out, content, footer. */
export function Shell({ email, onSignedOut, children, footer }: ShellProps) {
  const [busy, run] = useAsyncAction();
  const [error, setError] = useState<RequestError>();

  const signOut = () =>
    run(async () => {
      const result = await request(client.DELETE("/api/v1/sessions/current"));
      // Without a session the user is signed out already.
      if (result.ok || result.error.code === "session_required") return onSignedOut();
      setError(result.error);
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
            <Address>{email}</Address>
          </p>
          <Button small kind="quiet" busy={busy} busyLabel={messages.common.working} onClick={signOut}>
            {messages.shell.signOut}
          </Button>
        </div>
      </header>
      <main className="page" id="main" tabIndex={-1}>
        {error && (
          <Notice kind="error">
            <p>
              <ChangingText>{`${messages.shell.signOutFailed} ${messageFor(error)}`}</ChangingText>
            </p>
          </Notice>
        )}
        {children}
      </main>
      {footer}
    </>
  );
}

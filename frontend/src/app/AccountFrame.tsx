import type { ReactNode } from "react";
import { Wordmark } from "../ui/Logo";
import { WaitingCard } from "../ui/WaitingCard";
import { messages } from "../i18n";

interface FrameProps {
  children?: ReactNode;
}

const PageFrame = ({ title, children }: FrameProps & { title: string }) => (
  <>
    <header className="bar">
      <div className="bar__inner">
        <span className="bar__home">
          <Wordmark name={messages.product} />
        </span>
      </div>
    </header>
    <main className="page" id="main" tabIndex={-1}>
      <p className="page__eyebrow">{messages.shell.settings}</p>
      <h1 className="page__title">{title}</h1>
      {children}
    </main>
  </>
);

/** Stands in for the account page and its frame, or says why they aren't there. */
export const AccountFrame = ({ children }: FrameProps) => (
  <PageFrame title={messages.account.title}>{children ?? <WaitingCards />}</PageFrame>
);

export const AdministrationFrame = ({ children }: FrameProps) => (
  <PageFrame title={messages.shell.administration}>
    {children ?? <p role="status">{messages.common.loading}</p>}
  </PageFrame>
);

export const WaitingCards = () => (
  <>
    <p className="sr-only" role="status">
      {messages.common.loading}
    </p>
    <WaitingCard title={messages.mfa.title} lead={messages.mfa.lead} rows={2} />
    <WaitingCard title={messages.password.title} lead={messages.password.lead} plain />
    <WaitingCard title={messages.sessions.title} lead={messages.sessions.lead} />
  </>
);

import type { ReactNode } from "react";
import { Wordmark } from "../ui/Logo";
import { WaitingCard } from "../ui/WaitingCard";
import { words } from "../i18n";

interface FrameProps {
  children?: ReactNode;
}

const PageFrame = ({ title, children }: FrameProps & { title: string }) => (
  <>
    <header className="bar">
      <div className="bar__inner">
        <span className="bar__home">
          <Wordmark name={words.product} />
        </span>
      </div>
    </header>
    <main className="page" id="main" tabIndex={-1}>
      <p className="page__eyebrow">{words.shell.settings}</p>
      <h1 className="page__title">{title}</h1>
      {children}
    </main>
  </>
);

/** Stands in for the account page and its frame, or says why they aren't there. */
export const AccountFrame = ({ children }: FrameProps) => (
  <PageFrame title={words.account.title}>{children ?? <WaitingCards />}</PageFrame>
);

export const AdministrationFrame = ({ children }: FrameProps) => (
  <PageFrame title={words.shell.administration}>
    {children ?? <p role="status">{words.common.loading}</p>}
  </PageFrame>
);

export const WaitingCards = () => (
  <>
    <p className="sr-only" role="status">
      {words.common.loading}
    </p>
    <WaitingCard title={words.mfa.title} lead={words.mfa.lead} rows={2} />
    <WaitingCard title={words.password.title} lead={words.password.lead} plain />
    <WaitingCard title={words.sessions.title} lead={words.sessions.lead} />
  </>
);

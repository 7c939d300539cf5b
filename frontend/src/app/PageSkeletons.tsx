import type { ComponentChildren } from "preact";
import { CardSkeleton } from "../ui/CardSkeleton";
import { Wordmark } from "../ui/Logo";
import { messages } from "../i18n";

interface SkeletonProps {
  /** The error, if the page could not be loaded. */
  children?: ComponentChildren;
}

const SettingsSkeleton = ({ title, children }: SkeletonProps & { title: string }) => (
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

/** Shown in place of the account page while it is loading, or if it could not be loaded. */
export const AccountPageSkeleton = ({ children }: SkeletonProps) => (
  <SettingsSkeleton title={messages.account.title}>{children ?? <CardSkeletons />}</SettingsSkeleton>
);

/** Shown in place of the administration page while it is loading, or if it could not be loaded. */
export const AdministrationPageSkeleton = ({ children }: SkeletonProps) => (
  <SettingsSkeleton title={messages.shell.administration}>
    {children ?? <p role="status">{messages.common.loading}</p>}
  </SettingsSkeleton>
);

/** The first cards of the account page while their data is loading. */
export const CardSkeletons = () => (
  <>
    <p className="sr-only" role="status">
      {messages.common.loading}
    </p>
    <CardSkeleton title={messages.mfa.title} lead={messages.mfa.lead} rows={2} />
    <CardSkeleton title={messages.password.title} lead={messages.password.lead} plain />
    <CardSkeleton title={messages.sessions.title} lead={messages.sessions.lead} />
  </>
);

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Link } from "wouter";
import { requestErrorOf, useAccount } from "../api/queries";
import { AccountList } from "../features/administration/AccountList";
import { AccountView } from "../features/administration/AccountView";
import type { CredentialsFormProps } from "../features/step-up/CredentialsForm";
import { prefetchStepUp, useStepUp } from "../features/step-up/useStepUp";
import { FailedCard } from "../ui/FailedCard";
import { messages } from "../i18n";
import { administration as t } from "../i18n/administration";
import { CredentialsForm } from "./lazyCards";
import { AdministrationPageSkeleton } from "./PageSkeletons";
import { Shell } from "./Shell";
import "../ui/css/administration.css";

export interface AdministrationPageProps {
  /** The account to show. Without an id, the page shows the search. */
  id: string | undefined;
  onSignedOut: () => void;
  footer: ComponentChildren;
  /** Shown to users that are not administrators. */
  notFound: ComponentChildren;
}

/** Settings → Administration. For other users the page does not exist. */
export function AdministrationPage({ id, onSignedOut, footer, notFound }: AdministrationPageProps) {
  const query = useAccount();
  const account = query.data;
  const email = account?.email ?? "";
  const stepUp = useStepUp((props: Omit<CredentialsFormProps, "email">) => (
    <CredentialsForm {...props} email={email} />
  ));

  useEffect(() => {
    document.title = `${messages.shell.administration} – ${messages.product}`;
  }, []);

  useEffect(() => {
    if (id) [CredentialsForm.prefetch, prefetchStepUp].forEach((prefetch) => prefetch());
  }, [id]);

  if (query.isError && !account)
    return (
      <AdministrationPageSkeleton>
        <FailedCard
          title={t.accounts}
          lead={t.lead}
          failed={t.failed}
          error={requestErrorOf(query.error)}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      </AdministrationPageSkeleton>
    );
  if (!account) return <AdministrationPageSkeleton />;
  if (account.role !== "admin")
    return (
      <>
        {notFound}
        {footer}
      </>
    );
  return (
    <Shell email={email} onSignedOut={onSignedOut} footer={footer}>
      {id ? (
        <AccountView key={id} id={id} ownId={account.id} promptStepUp={stepUp.promptStepUp} />
      ) : (
        <>
          <p className="page__eyebrow">{messages.shell.settings}</p>
          <div className="page__top">
            <h1 className="page__title">{messages.shell.administration}</h1>
            <Link className="button button--secondary button--small" href="/settings/account">
              <span className="button__label">{messages.account.title}</span>
            </Link>
          </div>
          <AccountList promptStepUp={stepUp.promptStepUp} />
        </>
      )}
      {stepUp.dialog}
    </Shell>
  );
}

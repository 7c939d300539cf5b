import { useEffect, type ReactNode } from "react";
import { Link } from "wouter";
import { troubleOf, useAccount } from "../api/queries";
import { AccountList } from "../features/administration/AccountList";
import { AccountView } from "../features/administration/AccountView";
import type { ProofFormProps } from "../features/step-up/ProofForm";
import { prefetchStepUp, useStepUp } from "../features/step-up/useStepUp";
import { FailedCard } from "../ui/FailedCard";
import { messages } from "../i18n";
import { administration as t } from "../i18n/administration";
import { AdministrationFrame } from "./AccountFrame";
import { NotFoundPage } from "./pages";
import { ProofForm } from "./parts";
import { Shell } from "./Shell";
import "../ui/css/administration.css";

export interface AdministrationPageProps {
  /** Of the account that is looked at; without one, they are looked for. */
  id: string | undefined;
  onSignedOut: () => void;
  foot: ReactNode;
}

/** Settings → Administration: for everybody else it isn't there. */
export function AdministrationPage({ id, onSignedOut, foot }: AdministrationPageProps) {
  const query = useAccount();
  const account = query.data;
  const email = account?.email ?? "";
  const stepUp = useStepUp((props: Omit<ProofFormProps, "email">) => <ProofForm {...props} email={email} />);

  useEffect(() => {
    document.title = `${messages.shell.administration} – ${messages.product}`;
  }, []);

  useEffect(() => {
    if (id) [ProofForm.prefetch, prefetchStepUp].forEach((prefetch) => prefetch());
  }, [id]);

  if (query.isError && !account)
    return (
      <AdministrationFrame>
        <FailedCard
          title={t.accounts}
          lead={t.lead}
          failed={t.failed}
          trouble={troubleOf(query.error)}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      </AdministrationFrame>
    );
  if (!account) return <AdministrationFrame />;
  if (account.role !== "admin")
    return (
      <>
        <NotFoundPage />
        {foot}
      </>
    );
  return (
    <Shell email={email} onSignedOut={onSignedOut} foot={foot}>
      {id ? (
        <AccountView key={id} id={id} ownId={account.id} prove={stepUp.prove} />
      ) : (
        <>
          <p className="page__eyebrow">{messages.shell.settings}</p>
          <div className="page__top">
            <h1 className="page__title">{messages.shell.administration}</h1>
            <Link className="button button--secondary button--small" href="/settings/account">
              <span className="button__label">{messages.account.title}</span>
            </Link>
          </div>
          <AccountList />
        </>
      )}
      {stepUp.dialog}
    </Shell>
  );
}

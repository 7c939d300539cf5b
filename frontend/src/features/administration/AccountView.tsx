import { useQuery } from "@tanstack/react-query";
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Link } from "wouter";
import type { AccountState } from "../../api/client";
import { requestErrorOf } from "../../api/queries";
import type { StepUpPrompt } from "../../api/stepUp";
import { Address } from "../../ui/Address";
import { FailedCard } from "../../ui/FailedCard";
import { CardSkeleton } from "../../ui/CardSkeleton";
import { messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import { AdminActionDialog } from "./AdminActionDialog";
import { ActivityCard } from "./ActivityCard";
import { InviteDialog } from "./InviteDialog";
import { MfaRequiredNotice, needsMfa } from "./MfaRequiredNotice";
import { MethodsCard, SessionsCard, AccountCard } from "./accountCards";
import { stateQuery } from "./queries";
import { useAdminAction } from "./useAdminAction";

interface AccountViewProps {
  id: string;
  /** The id of the administrator's own account. */
  ownId: string;
  promptStepUp: StepUpPrompt;
}

const Title = ({ children }: { children: ComponentChildren }) => <h1 className="page__title">{children}</h1>;

/** The administrator's view of one account, with its state and the actions on it. */
export function AccountView({ id, ownId, promptStepUp }: AccountViewProps) {
  const query = useQuery(stateQuery(id));
  const error = query.isError && !query.data ? requestErrorOf(query.error) : undefined;
  return (
    <>
      <p className="page__eyebrow">
        <Link href="/settings/administration">{t.back}</Link>
      </p>
      {query.data ? (
        <Loaded account={query.data} own={id === ownId} ownId={ownId} promptStepUp={promptStepUp} />
      ) : error?.code === "not_found" ? (
        <>
          <Title>{t.notFoundTitle}</Title>
          <p>{t.notFoundLead}</p>
        </>
      ) : (
        <>
          <Title>{t.state}</Title>
          {!error ? (
            <>
              <p className="sr-only" role="status">
                {messages.common.loading}
              </p>
              <CardSkeleton title={t.state} lead={t.stateLead} rows={4} plain />
              <CardSkeleton title={messages.mfa.title} lead={t.mfaLead} />
            </>
          ) : needsMfa(error) ? (
            <MfaRequiredNotice />
          ) : (
            <FailedCard
              title={t.state}
              lead={t.stateLead}
              failed={t.accountFailed}
              error={error}
              busy={query.isFetching}
              onRetry={() => void query.refetch()}
            />
          )}
        </>
      )}
    </>
  );
}

interface LoadedProps {
  account: AccountState;
  own: boolean;
  ownId: string;
  promptStepUp: StepUpPrompt;
}

function Loaded({ account, own, ownId, promptStepUp }: LoadedProps) {
  const action = useAdminAction(account.id, promptStepUp);
  const { state } = action;
  // While a dialog is open, the cards behind it keep showing the old data, so that nothing moves.
  const shown = useRef(account);
  const [inviting, setInviting] = useState(false);
  if (state.at === "idle" && !inviting) shown.current = account;
  const visible = shown.current;
  const allowed = own ? undefined : action;
  return (
    <>
      <Title>
        <Address>{visible.email}</Address>
      </Title>
      <AccountCard account={visible} action={allowed} onInvite={() => setInviting(true)} />
      <MethodsCard account={visible} action={allowed} />
      <SessionsCard account={visible} action={allowed} />
      <ActivityCard id={visible.id} ownId={ownId} />
      {inviting && (
        <InviteDialog email={visible.email} promptStepUp={promptStepUp} onClose={() => setInviting(false)} />
      )}
      {state.at !== "idle" && <AdminActionDialog state={state} email={visible.email} action={action} />}
    </>
  );
}

import { useQuery } from "@tanstack/react-query";
import { useRef, type ReactNode } from "react";
import { Link } from "wouter";
import type { AccountState, Prove } from "../../api/client";
import { troubleOf } from "../../api/queries";
import { FailedCard } from "../../ui/FailedCard";
import { WaitingCard } from "../../ui/WaitingCard";
import { messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import { ActDialog } from "./ActDialog";
import { ActivityCard } from "./ActivityCard";
import { Barred, isBarred } from "./Barred";
import { MethodsCard, SessionsCard, StateCard } from "./cards";
import { stateQuery } from "./queries";
import { useAct } from "./useAct";

interface AccountViewProps {
  id: string;
  /** The account of who looks. */
  ownId: string;
  prove: Prove;
}

const Title = ({ children }: { children: ReactNode }) => <h1 className="page__title">{children}</h1>;

/** One account: how it stands, and what can be done for its owner. */
export function AccountView({ id, ownId, prove }: AccountViewProps) {
  const query = useQuery(stateQuery(id));
  const trouble = query.isError && !query.data ? troubleOf(query.error) : undefined;
  return (
    <>
      <p className="page__eyebrow">
        <Link href="/settings/administration">{t.back}</Link>
      </p>
      {query.data ? (
        <Loaded account={query.data} own={id === ownId} ownId={ownId} prove={prove} />
      ) : trouble?.code === "not_found" ? (
        <>
          <Title>{t.notFoundTitle}</Title>
          <p>{t.notFoundLead}</p>
        </>
      ) : (
        <>
          <Title>{t.state}</Title>
          {!trouble ? (
            <>
              <p className="sr-only" role="status">
                {messages.common.loading}
              </p>
              <WaitingCard title={t.state} lead={t.stateLead} rows={4} plain />
              <WaitingCard title={messages.mfa.title} lead={t.mfaLead} />
            </>
          ) : isBarred(trouble) ? (
            <Barred />
          ) : (
            <FailedCard
              title={t.state}
              lead={t.stateLead}
              failed={t.accountFailed}
              trouble={trouble}
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
  prove: Prove;
}

function Loaded({ account, own, ownId, prove }: LoadedProps) {
  const acting = useAct(account.id, prove);
  const { state } = acting;
  // Behind a dialog nothing moves: what changed is shown when it closes.
  const shown = useRef(account);
  if (state.at === "idle") shown.current = account;
  const now = shown.current;
  const may = own ? undefined : acting;
  return (
    <>
      <Title>
        <bdi>{now.email}</bdi>
      </Title>
      <StateCard account={now} acting={may} />
      <MethodsCard account={now} acting={may} />
      <SessionsCard account={now} acting={may} />
      <ActivityCard id={now.id} ownId={ownId} />
      {state.at !== "idle" && <ActDialog state={state} email={now.email} acting={acting} />}
    </>
  );
}

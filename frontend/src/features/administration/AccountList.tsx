import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import type { FoundAccount } from "../../api/client";
import { usePages, type Page } from "../../api/pages";
import { troubleOf } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Badge, Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { Facts } from "../../ui/Facts";
import { Field } from "../../ui/Field";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { WaitingCard } from "../../ui/WaitingCard";
import { date, messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import { Barred, isBarred } from "./Barred";
import { pathOf } from "./path";
import { accountsQuery, furtherAccounts } from "./queries";

const frame = { title: t.accounts, lead: t.lead };

/** Everybody, or those whose address begins as was typed. The history keeps that, so that the way back leads to it. */
export function AccountList() {
  const [path, navigate] = useLocation();
  const start = useHistoryState<{ email?: string } | null>()?.email ?? "";
  const query = useQuery({ ...accountsQuery(start), placeholderData: keepPreviousData });
  const trouble = query.isError ? troubleOf(query.error) : undefined;
  if (trouble && isBarred(trouble)) return <Barred />;
  if (trouble)
    return (
      <FailedCard
        {...frame}
        failed={t.failed}
        trouble={trouble}
        busy={query.isFetching}
        onRetry={() => void query.refetch()}
      />
    );
  if (!query.data) return <WaitingCard {...frame} rows={5} plain />;
  return (
    <Card {...frame}>
      <Search
        start={start}
        busy={query.isPlaceholderData}
        onFind={(email) => navigate(path, { replace: true, state: { email } })}
      />
      <Found first={query.data} start={start} stale={query.isPlaceholderData} />
    </Card>
  );
}

interface SearchProps {
  start: string;
  busy: boolean;
  onFind: (email: string) => void;
}

function Search({ start, busy, onFind }: SearchProps) {
  const [typed, setTyped] = useState(start);
  return (
    <form
      className="find"
      role="search"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onFind(typed.trim());
      }}
    >
      <Field
        label={t.search}
        name="find"
        autoComplete="off"
        value={typed}
        onChange={setTyped}
        hint={t.searchHint}
      />
      <div className="find__button">
        <Button type="submit" busy={busy} busyLabel={messages.common.working}>
          {t.find}
        </Button>
      </div>
    </form>
  );
}

interface FoundProps {
  first: Page<FoundAccount>;
  start: string;
  /** What is shown is of the search before. */
  stale: boolean;
}

function Found({ first, start, stale }: FoundProps) {
  const pages = usePages(first, furtherAccounts(start));
  const [busy, run] = useWork();
  const left = useCountdown(pages.trouble);
  const none = pages.items.length === 0;
  return (
    <>
      <p className={none ? undefined : "sr-only"} role="status">
        {!stale && (none ? (start ? t.noMatch(start) : t.noAccounts) : t.resultCount(pages.items.length))}
      </p>
      {!none && (
        <ul className="rows" aria-label={t.list}>
          {pages.items.map((account) => (
            <Row key={account.id} account={account} />
          ))}
        </ul>
      )}
      {pages.trouble && <TroubleNotice trouble={pages.trouble} left={left} />}
      {pages.more && (
        <div>
          <Button
            small
            busy={busy}
            busyLabel={messages.common.working}
            disabled={left > 0 || stale}
            onClick={() => pages.more && run(pages.more)}
          >
            {t.more}
          </Button>
        </div>
      )}
    </>
  );
}

const Row = ({ account }: { account: FoundAccount }) => (
  <li className="row row--plain">
    <div className="row__main">
      <p className="row__title">
        <Link className="row__link" href={pathOf(account.id)}>
          <bdi>{account.email}</bdi>
        </Link>{" "}
        {account.disabled && <Badge tone="warn">{t.disabled}</Badge>}{" "}
        {account.role === "admin" && <Badge tone="plain">{t.administrator}</Badge>}
      </p>
      <Facts>
        {[
          account.display_name && <bdi>{account.display_name}</bdi>,
          account.mfa ? t.mfaOn : t.mfaOff,
          t.since(date(account.created_at)),
        ]}
      </Facts>
    </div>
  </li>
);

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "preact/hooks";
import { Link, useLocation } from "wouter";
import { useHistoryState } from "wouter/use-browser-location";
import type { FoundAccount } from "../../api/client";
import { usePagination, type Page } from "../../api/pagination";
import { requestErrorOf, useService } from "../../api/queries";
import type { StepUpPrompt } from "../../api/stepUp";
import { Address } from "../../ui/Address";
import { Button } from "../../ui/Button";
import { Badge, Card } from "../../ui/Card";
import { ChangingText } from "../../ui/ChangingText";
import { FailedCard } from "../../ui/FailedCard";
import { MetaList } from "../../ui/MetaList";
import { Field } from "../../ui/Field";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { trimInvisible } from "../../ui/trimInvisible";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { useCountdown } from "../../ui/Countdown";
import { CardSkeleton } from "../../ui/CardSkeleton";
import { shortDate, messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import { InviteDialog } from "./InviteDialog";
import { MfaRequiredNotice, needsMfa } from "./MfaRequiredNotice";
import { accountPath } from "./accountPath";
import { accountsQuery, moreAccounts } from "./queries";

const frame = { title: t.accounts, lead: t.lead };

/** All accounts, or those whose address begins with the search text. The history state holds the text, so that "back" keeps it. */
export function AccountList({ promptStepUp }: { promptStepUp: StepUpPrompt }) {
  const [path, navigate] = useLocation();
  const prefix = useHistoryState<{ email?: string } | null>()?.email ?? "";
  const query = useQuery({ ...accountsQuery(prefix), placeholderData: keepPreviousData });
  const error = query.isError ? requestErrorOf(query.error) : undefined;
  if (error && needsMfa(error)) return <MfaRequiredNotice />;
  if (error)
    return (
      <FailedCard
        {...frame}
        failed={t.failed}
        error={error}
        busy={query.isFetching}
        onRetry={() => void query.refetch()}
      />
    );
  if (!query.data) return <CardSkeleton {...frame} rows={5} plain />;
  return (
    <Card {...frame} foot={<InviteButton promptStepUp={promptStepUp} />}>
      <Search
        prefix={prefix}
        busy={query.isPlaceholderData}
        onSearch={(email) => navigate(path, { replace: true, state: { email } })}
      />
      <SearchResults first={query.data} prefix={prefix} stale={query.isPlaceholderData} />
    </Card>
  );
}

function InviteButton({ promptStepUp }: { promptStepUp: StepUpPrompt }) {
  const sendsMail = useService().data?.mail !== false;
  const [open, setOpen] = useState(false);
  if (!sendsMail) return <p className="hint">{t.invite.noMail}</p>;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t.invite.button}</Button>
      {open && <InviteDialog email="" promptStepUp={promptStepUp} onClose={() => setOpen(false)} />}
    </>
  );
}

interface SearchProps {
  prefix: string;
  busy: boolean;
  onSearch: (email: string) => void;
}

function Search({ prefix, busy, onSearch }: SearchProps) {
  const [typed, setTyped] = useState(prefix);
  return (
    <form
      className="account-search"
      role="search"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(trimInvisible(typed));
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
      <div className="account-search__button">
        <Button type="submit" busy={busy} busyLabel={messages.common.working}>
          {t.find}
        </Button>
      </div>
    </form>
  );
}

interface SearchResultsProps {
  first: Page<FoundAccount>;
  prefix: string;
  /** Whether the items are still those of the previous search. */
  stale: boolean;
}

function SearchResults({ first, prefix, stale }: SearchResultsProps) {
  const pages = usePagination(first, moreAccounts(prefix));
  const [busy, run] = useAsyncAction();
  const secondsLeft = useCountdown(pages.error);
  const isEmpty = pages.items.length === 0;
  const none = prefix ? t.noMatch(prefix) : t.noAccounts;
  const result = isEmpty ? none : t.resultCount(pages.items.length);
  return (
    <>
      <p className={isEmpty ? undefined : "sr-only"} role="status">
        <ChangingText>{stale ? undefined : result}</ChangingText>
      </p>
      {!isEmpty && (
        <ul className="rows" aria-label={t.list}>
          {pages.items.map((account) => (
            <Row key={account.id} account={account} />
          ))}
        </ul>
      )}
      {pages.error && <ErrorNotice error={pages.error} secondsLeft={secondsLeft} />}
      {pages.loadMore && (
        <div>
          <Button
            small
            busy={busy}
            busyLabel={messages.common.working}
            disabled={secondsLeft > 0 || stale}
            onClick={() => pages.loadMore && run(pages.loadMore)}
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
        <Link className="row__link" href={accountPath(account.id)}>
          <Address>{account.email}</Address>
        </Link>{" "}
        {account.disabled && <Badge tone="warn">{t.disabled}</Badge>}{" "}
        {account.role === "admin" && <Badge tone="plain">{t.administrator}</Badge>}
      </p>
      <MetaList>
        {[
          account.display_name && <bdi>{account.display_name}</bdi>,
          account.mfa ? t.mfaOn : t.mfaOff,
          t.since(shortDate(account.created_at)),
        ]}
      </MetaList>
    </div>
  </li>
);

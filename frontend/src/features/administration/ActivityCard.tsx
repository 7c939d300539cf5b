import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { ActivityItem } from "../../api/client";
import { usePagination, type Page } from "../../api/pagination";
import { requestErrorOf } from "../../api/queries";
import { ActivityList } from "../../ui/ActivityList";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { useCountdown } from "../../ui/Countdown";
import { CardSkeleton } from "../../ui/CardSkeleton";
import { messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import { accountPath } from "./accountPath";
import { accountActivityQuery, moreActivity } from "./queries";

const frame = { title: messages.account.activity, lead: t.activityLead };

interface ActivityCardProps {
  id: string;
  ownId: string;
}

/** The security events of another account, as its owner sees them, with the administrator that caused each. */
export function ActivityCard({ id, ownId }: ActivityCardProps) {
  const query = useQuery(accountActivityQuery(id));
  if (query.data) return <Loaded first={query.data} id={id} ownId={ownId} />;
  if (!query.isError) return <CardSkeleton {...frame} rows={5} plain />;
  return (
    <FailedCard
      {...frame}
      failed={t.activityFailed}
      error={requestErrorOf(query.error)}
      busy={query.isFetching}
      onRetry={() => void query.refetch()}
    />
  );
}

const actorOf = (id: string | undefined, ownId: string) =>
  id && (id === ownId ? t.byYou : <Link href={accountPath(id)}>{t.byAdministrator}</Link>);

function Loaded({ first, id, ownId }: ActivityCardProps & { first: Page<ActivityItem> }) {
  const pages = usePagination(first, moreActivity(id));
  const [busy, run] = useAsyncAction();
  const secondsLeft = useCountdown(pages.error);
  return (
    <Card {...frame}>
      {pages.items.length === 0 ? (
        <p className="hint">{t.noActivity}</p>
      ) : (
        <ActivityList items={pages.items} renderActor={(item) => actorOf(item.administrator_id, ownId)} />
      )}
      {pages.error && <ErrorNotice error={pages.error} secondsLeft={secondsLeft} />}
      {pages.loadMore && (
        <div>
          <Button
            small
            busy={busy}
            busyLabel={messages.common.working}
            disabled={secondsLeft > 0}
            onClick={() => pages.loadMore && run(pages.loadMore)}
          >
            {t.more}
          </Button>
        </div>
      )}
    </Card>
  );
}

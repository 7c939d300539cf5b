import { request, client, type ActivityItem } from "../../api/client";
import { usePagination, type Page } from "../../api/pagination";
import { requestErrorOf, useActivity } from "../../api/queries";
import { ActivityList } from "../../ui/ActivityList";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { ErrorNotice } from "../../ui/ErrorNotice";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { useCountdown } from "../../ui/Countdown";
import { CardSkeleton } from "../../ui/CardSkeleton";
import { messages } from "../../i18n";
import { activity as t } from "../../i18n/activity";

const frame = { title: messages.account.activity, lead: messages.account.activityLead };
const loadPage = (cursor: string) =>
  request(client.GET("/api/v1/account/activity", { params: { query: { limit: 20, cursor } } }));

/** The security events of the own account. */
export function ActivityCard() {
  const query = useActivity();
  if (query.data) return <Loaded first={query.data} />;
  if (!query.isError) return <CardSkeleton {...frame} rows={5} plain />;
  return (
    <FailedCard
      {...frame}
      failed={t.failed}
      error={requestErrorOf(query.error)}
      busy={query.isFetching}
      onRetry={() => void query.refetch()}
    />
  );
}

function Loaded({ first }: { first: Page<ActivityItem> }) {
  const pages = usePagination(first, loadPage);
  const [busy, run] = useAsyncAction();
  const secondsLeft = useCountdown(pages.error);
  if (pages.items.length === 0)
    return (
      <Card {...frame}>
        <p className="hint">{t.empty}</p>
      </Card>
    );
  return (
    <Card {...frame}>
      <ActivityList items={pages.items} />
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
      <p className="hint">{t.check}</p>
    </Card>
  );
}

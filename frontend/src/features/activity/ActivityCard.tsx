import { ask, client, type ActivityItem } from "../../api/client";
import { usePages, type Page } from "../../api/pages";
import { troubleOf, useActivity } from "../../api/queries";
import { ActivityList } from "../../ui/ActivityList";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { WaitingCard } from "../../ui/WaitingCard";
import { messages } from "../../i18n";
import { activity as t } from "../../i18n/activity";

const frame = { title: messages.account.activity, lead: messages.account.activityLead };
const further = (cursor: string) =>
  ask(client.GET("/api/v1/account/activity", { params: { query: { limit: 20, cursor } } }));

/** What happened to the account. */
export function ActivityCard() {
  const query = useActivity();
  if (query.data) return <Loaded first={query.data} />;
  if (!query.isError) return <WaitingCard {...frame} rows={5} plain />;
  return (
    <FailedCard
      {...frame}
      failed={t.failed}
      trouble={troubleOf(query.error)}
      busy={query.isFetching}
      onRetry={() => void query.refetch()}
    />
  );
}

function Loaded({ first }: { first: Page<ActivityItem> }) {
  const pages = usePages(first, further);
  const [busy, run] = useWork();
  const left = useCountdown(pages.trouble);
  if (pages.items.length === 0)
    return (
      <Card {...frame}>
        <p className="hint">{t.empty}</p>
      </Card>
    );
  return (
    <Card {...frame}>
      <ActivityList items={pages.items} />
      {pages.trouble && <TroubleNotice trouble={pages.trouble} left={left} />}
      {pages.more && (
        <div>
          <Button
            small
            busy={busy}
            busyLabel={messages.common.working}
            disabled={left > 0}
            onClick={() => pages.more && run(pages.more)}
          >
            {t.more}
          </Button>
        </div>
      )}
      <p className="hint">{t.check}</p>
    </Card>
  );
}

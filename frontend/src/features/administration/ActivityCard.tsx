import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import type { ActivityItem } from "../../api/client";
import { usePages, type Page } from "../../api/pages";
import { troubleOf } from "../../api/queries";
import { ActivityList } from "../../ui/ActivityList";
import { Button } from "../../ui/Button";
import { Card } from "../../ui/Card";
import { FailedCard } from "../../ui/FailedCard";
import { TroubleNotice } from "../../ui/TroubleNotice";
import { useWork } from "../../ui/useWork";
import { useCountdown } from "../../ui/Wait";
import { WaitingCard } from "../../ui/WaitingCard";
import { messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import { pathOf } from "./path";
import { accountActivityQuery, furtherActivity } from "./queries";

const frame = { title: messages.account.activity, lead: t.activityLead };

interface ActivityCardProps {
  id: string;
  ownId: string;
}

/** What happened to the account, as its owner reads it, and which administrator did it. */
export function ActivityCard({ id, ownId }: ActivityCardProps) {
  const query = useQuery(accountActivityQuery(id));
  if (query.data) return <Loaded first={query.data} id={id} ownId={ownId} />;
  if (!query.isError) return <WaitingCard {...frame} rows={5} plain />;
  return (
    <FailedCard
      {...frame}
      failed={t.activityFailed}
      trouble={troubleOf(query.error)}
      busy={query.isFetching}
      onRetry={() => void query.refetch()}
    />
  );
}

const who = (id: string | undefined, ownId: string) =>
  id && (id === ownId ? t.byYou : <Link href={pathOf(id)}>{t.byAdministrator}</Link>);

function Loaded({ first, id, ownId }: ActivityCardProps & { first: Page<ActivityItem> }) {
  const pages = usePages(first, furtherActivity(id));
  const [busy, run] = useWork();
  const left = useCountdown(pages.trouble);
  return (
    <Card {...frame}>
      {pages.items.length === 0 ? (
        <p className="hint">{t.noActivity}</p>
      ) : (
        <ActivityList items={pages.items} who={(item) => who(item.administrator_id, ownId)} />
      )}
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
    </Card>
  );
}

import type { ReactNode } from "react";
import { activity as t } from "../i18n/activity";
import { deviceName } from "../i18n/device";
import { Ago, Facts } from "./Facts";

interface Item {
  id: string;
  kind: keyof typeof t.kinds;
  time: string;
  name?: string;
  reason?: string;
  by?: "administrator";
  ip: string;
  user_agent: string;
  device: Parameters<typeof deviceName>[0];
}

interface ActivityListProps<T extends Item> {
  items: T[];
  /** Who did it, for those who may know. */
  who?: (item: T) => ReactNode;
}

/** What happened to an account. */
export const ActivityList = <T extends Item>({ items, who }: ActivityListProps<T>) => (
  <ol className="rows" aria-label={t.list}>
    {items.map((item) => (
      <Row key={item.id} item={item} who={who?.(item)} />
    ))}
  </ol>
);

/** Names, reasons and user agents are whatever somebody sent: they are text here, and nothing else. */
function Row({ item, who }: { item: Item; who: ReactNode }) {
  const { browser, system } = item.device;
  // A newer server may know kinds that this page doesn't.
  const say = Object.hasOwn(t.kinds, item.kind) ? t.kinds[item.kind] : undefined;
  return (
    <li className="row row--plain">
      <div className="row__main">
        <p className="row__title">
          <bdi>{say ? say(item.name, item.by) : item.kind}</bdi>
        </p>
        {item.reason && <p className="row__note">{t.reason(item.reason)}</p>}
        <Facts>
          {[
            <Ago time={item.time} />,
            who,
            (browser ?? system) && <span title={item.user_agent}>{deviceName(item.device)}</span>,
            item.ip,
          ]}
        </Facts>
      </div>
    </li>
  );
}

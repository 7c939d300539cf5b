import type { ComponentChildren } from "preact";
import { activity as t } from "../i18n/activity";
import { deviceName } from "../i18n/device";
import { TimeAgo, MetaList } from "./MetaList";
import { TextWithAddresses } from "./TextWithAddresses";

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
  /** Renders the administrator that caused an item. Only administrators see it. */
  renderActor?: (item: T) => ComponentChildren;
}

/** The security events of an account, as a list. */
export const ActivityList = <T extends Item>({ items, renderActor }: ActivityListProps<T>) => (
  <ol className="rows" aria-label={t.list}>
    {items.map((item) => (
      <Row key={item.id} item={item} actor={renderActor?.(item)} />
    ))}
  </ol>
);

/** Names, reasons and user agents come from users and attackers. They are rendered as text only. */
function Row({ item, actor }: { item: Item; actor: ComponentChildren }) {
  const { browser, system } = item.device;
  // A newer server may send a kind that this page does not know.
  const describe = Object.hasOwn(t.kinds, item.kind) ? t.kinds[item.kind] : undefined;
  return (
    <li className="row row--plain">
      <div className="row__main">
        <p className="row__title">
          <bdi>
            <TextWithAddresses text={describe ? describe(item.name, item.by) : item.kind} />
          </bdi>
        </p>
        {item.reason && <p className="row__note">{t.reason(item.reason)}</p>}
        <MetaList>
          {[
            <TimeAgo time={item.time} />,
            actor,
            (browser ?? system) && <span title={item.user_agent}>{deviceName(item.device)}</span>,
            item.ip,
          ]}
        </MetaList>
      </div>
    </li>
  );
}

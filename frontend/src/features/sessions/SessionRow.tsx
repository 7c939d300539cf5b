import type { ListedSession } from "../../api/client";
import { Button } from "../../ui/Button";
import { Badge } from "../../ui/Card";
import { Ago, Facts } from "../../ui/Facts";
import { LaptopIcon, PhoneIcon } from "../../ui/icons";
import { words } from "../../words";
import { deviceName } from "../../words/device";

const t = words.sessions;

interface SessionRowProps {
  session: ListedSession;
  busy: boolean;
  onEnd: () => void;
}

export function SessionRow({ session, busy, onEnd }: SessionRowProps) {
  const device = deviceName(session.device);
  const mobile = /^(?:android|ios|ipados)/i.test(session.device.system ?? "");
  return (
    <li className="row row--session">
      <span className="row__sign">{mobile ? <PhoneIcon /> : <LaptopIcon />}</span>
      <div className="row__main">
        <p className="row__title">
          <bdi>{device}</bdi> {session.current && <Badge tone="good">{t.current}</Badge>}
        </p>
        <Facts>
          {[
            session.ip,
            <>
              {t.signedIn} <Ago time={session.created_at} />
            </>,
            !session.current && (
              <>
                {t.lastUsed} <Ago time={session.last_used_at} />
              </>
            ),
          ]}
        </Facts>
      </div>
      {!session.current && (
        <Button small label={t.endNamed(device)} busy={busy} busyLabel={words.common.working} onClick={onEnd}>
          {t.end}
        </Button>
      )}
    </li>
  );
}

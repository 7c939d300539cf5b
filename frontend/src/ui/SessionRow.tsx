import { messages } from "../i18n";
import { deviceName } from "../i18n/device";
import { Button } from "./Button";
import { Badge } from "./Card";
import { TimeAgo, MetaList } from "./MetaList";
import { LaptopIcon, PhoneIcon } from "./icons";

const t = messages.sessions;

interface SessionRowProps {
  session: {
    device: Parameters<typeof deviceName>[0];
    current: boolean;
    ip: string;
    created_at: string;
    last_used_at: string;
  };
  busy?: boolean;
  /** Ends the session. Without it, the row has no button. */
  onEnd?: () => void;
}

export function SessionRow({ session, busy = false, onEnd }: SessionRowProps) {
  const device = deviceName(session.device);
  const mobile = /^(?:android|ios|ipados)/i.test(session.device.system ?? "");
  return (
    <li className="row row--session">
      <span className="row__icon">{mobile ? <PhoneIcon /> : <LaptopIcon />}</span>
      <div className="row__main">
        <p className="row__title">
          <bdi>{device}</bdi> {session.current && <Badge tone="good">{t.current}</Badge>}
        </p>
        <MetaList>
          {[
            session.ip,
            <>
              {t.signedIn} <TimeAgo time={session.created_at} />
            </>,
            !session.current && (
              <>
                {t.lastUsed} <TimeAgo time={session.last_used_at} />
              </>
            ),
          ]}
        </MetaList>
      </div>
      {onEnd && !session.current && (
        <Button
          small
          label={t.endNamed(device)}
          busy={busy}
          busyLabel={messages.common.working}
          onClick={onEnd}
        >
          {t.end}
        </Button>
      )}
    </li>
  );
}

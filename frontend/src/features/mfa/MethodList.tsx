import type { MfaMethod } from "../../api/client";
import { Button } from "../../ui/Button";
import { PhoneIcon } from "../../ui/icons";
import { ago, date, moment, words } from "../../words";

const t = words.mfa;

interface MethodListProps {
  methods: MfaMethod[];
  onRemove: (method: MfaMethod) => void;
}

export function MethodList({ methods, onRemove }: MethodListProps) {
  return (
    <ul className="rows" aria-label={t.methods}>
      {methods.map((method) => (
        <li className="row" key={method.id}>
          <span className="row__sign">
            <PhoneIcon />
          </span>
          <div className="row__main">
            <p className="row__title">
              <bdi>{method.name}</bdi>
            </p>
            <p className="row__facts">
              <span>
                {t.added}{" "}
                <time dateTime={method.created_at} title={moment(method.created_at)}>
                  {date(method.created_at)}
                </time>
              </span>
              <span>
                <span className="row__dot" aria-hidden="true">
                  ·
                </span>
                {t.lastUsed}{" "}
                <time dateTime={method.last_used_at} title={moment(method.last_used_at)}>
                  {ago(method.last_used_at)}
                </time>
              </span>
            </p>
          </div>
          <Button small label={t.removeNamed(method.name)} onClick={() => onRemove(method)}>
            {t.remove}
          </Button>
        </li>
      ))}
    </ul>
  );
}

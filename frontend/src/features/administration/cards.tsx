// How an account stands, card by card, each with what can be done about it.
import type { ReactNode } from "react";
import type { AccountState } from "../../api/client";
import { Button } from "../../ui/Button";
import { Badge, Card } from "../../ui/Card";
import { Ago, Facts } from "../../ui/Facts";
import { KeyIcon, PhoneIcon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { SessionRow } from "../../ui/SessionRow";
import { date, moment, messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import type { Kind } from "./act";
import type { Acting } from "./useAct";

interface CardProps {
  account: AccountState;
  /** Not for one's own account. */
  acting: Acting | undefined;
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div className="line">
    <p className="line__main line__name">{name}</p>
    <p className="line__value">{children}</p>
  </div>
);

const ActButton = ({ kind, acting }: { kind: Kind; acting: Acting | undefined }) =>
  acting && <Button onClick={() => acting.ask(kind)}>{t.actions[kind].button}</Button>;

export function StateCard({ account, acting }: CardProps) {
  const { disabled_at: disabled, held_proofs: held } = account;
  return (
    <Card
      title={t.state}
      lead={t.stateLead}
      badge={
        <>
          {disabled ? <Badge tone="warn">{t.disabled}</Badge> : <Badge tone="good">{t.active}</Badge>}
          {account.role === "admin" && <Badge tone="plain">{t.administrator}</Badge>}
        </>
      }
      foot={
        acting ? (
          <ActButton kind={disabled ? "enable" : "disable"} acting={acting} />
        ) : (
          <p className="hint">{t.ownAccount}</p>
        )
      }
    >
      {held.length > 0 && (
        <Notice kind="warning" title={t.lockedTitle}>
          {held.map(({ proof, until }) => (
            <p key={proof}>{until ? t.lockedUntil[proof](moment(until)) : t.lockedPermanently[proof]}</p>
          ))}
        </Notice>
      )}
      <div className="rows">
        <Fact name={t.name}>
          {account.display_name ? (
            <bdi>{account.display_name}</bdi>
          ) : (
            <span className="hint">{t.noName}</span>
          )}
        </Fact>
        <Fact name={t.created}>{date(account.created_at)}</Fact>
        {disabled && <Fact name={t.disabledSince}>{moment(disabled)}</Fact>}
        <Fact name={t.lastSignIn}>
          {account.last_sign_in_at ? <Ago time={account.last_sign_in_at} /> : t.noSignIn}
        </Fact>
        <Fact name={t.password}>
          {account.has_password ? (
            <>
              {t.changed} <Ago time={account.password_changed_at} />
            </>
          ) : (
            t.noPassword
          )}
        </Fact>
      </div>
    </Card>
  );
}

export function MethodsCard({ account, acting }: CardProps) {
  const { methods, mfa_enabled: on, recovery_codes: codes, removal } = account;
  return (
    <Card
      title={messages.mfa.title}
      lead={t.mfaLead}
      badge={
        on ? <Badge tone="good">{messages.mfa.on}</Badge> : <Badge tone="plain">{messages.mfa.off}</Badge>
      }
      foot={on && acting ? <ActButton kind="resetMfa" acting={acting} /> : undefined}
    >
      {removal && (
        <Notice kind="warning">
          <p>{t.removal(moment(removal.requested_at))}</p>
        </Notice>
      )}
      {methods.length === 0 ? (
        <p className="hint">{t.noMethods}</p>
      ) : (
        <ul className="rows" aria-label={t.methods}>
          {methods.map((method) => (
            <li className="row" key={method.id}>
              <span className="row__sign">
                <PhoneIcon />
              </span>
              <div className="row__main">
                <p className="row__title">
                  <bdi>{method.name}</bdi>{" "}
                  {method.suspended && <Badge tone="warn">{messages.mfa.suspended}</Badge>}
                </p>
                <Facts>
                  {[
                    <>
                      {messages.mfa.added} {date(method.created_at)}
                    </>,
                    <>
                      {messages.mfa.lastUsed} <Ago time={method.last_used_at} />
                    </>,
                  ]}
                </Facts>
              </div>
            </li>
          ))}
        </ul>
      )}
      {on && (
        <div className="row">
          <span className="row__sign">
            <KeyIcon />
          </span>
          <div className="row__main">
            <p className="row__title">{messages.recoveryCodes.title}</p>
            <p className="row__facts">
              {codes ? messages.recoveryCodes.remaining(codes.remaining, codes.total) : t.noCodes}
            </p>
          </div>
        </div>
      )}
    </Card>
  );
}

export const SessionsCard = ({ account, acting }: CardProps) => (
  <Card
    title={messages.sessions.title}
    lead={t.sessionsLead}
    foot={acting && <ActButton kind="endSessions" acting={acting} />}
  >
    {account.sessions.length === 0 ? (
      <p className="hint">{t.noSessions}</p>
    ) : (
      <ul className="rows" aria-label={t.sessions}>
        {account.sessions.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
    )}
  </Card>
);

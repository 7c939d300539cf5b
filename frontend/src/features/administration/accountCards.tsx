// The cards of one account, each with the actions on it.
import type { ComponentChildren } from "preact";
import type { AccountState } from "../../api/client";
import { useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Badge, Card } from "../../ui/Card";
import { TimeAgo, MetaList } from "../../ui/MetaList";
import { KeyIcon, PhoneIcon } from "../../ui/icons";
import { Notice } from "../../ui/Notice";
import { SessionRow } from "../../ui/SessionRow";
import { shortDate, dateTime, messages } from "../../i18n";
import { administration as t } from "../../i18n/administration";
import type { AdminActionKind } from "./adminAction";
import type { AdminActions } from "./useAdminAction";

interface CardProps {
  account: AccountState;
  /** Undefined for the administrator's own account, which has no actions here. */
  action: AdminActions | undefined;
}

const DetailRow = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div className="detail">
    <p className="detail__main detail__name">{name}</p>
    <p className="detail__value">{children}</p>
  </div>
);

const ActionButton = ({ kind, action }: { kind: AdminActionKind; action: AdminActions | undefined }) =>
  action && <Button onClick={() => action.open(kind)}>{t.actions[kind].button}</Button>;

export function AccountCard({ account, action, onInvite }: CardProps & { onInvite: () => void }) {
  const { disabled_at: disabled, held_proofs: locked } = account;
  const invited = account.password_changed_at === undefined;
  const sendsMail = useService().data?.mail !== false;
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
        action ? (
          <>
            {!disabled && sendsMail && invited && <Button onClick={onInvite}>{t.invite.again}</Button>}
            {!disabled && sendsMail && !invited && <ActionButton kind="resetPassword" action={action} />}
            <ActionButton kind={disabled ? "enable" : "disable"} action={action} />
            {!sendsMail && <p className="hint">{t.noMail}</p>}
          </>
        ) : (
          <p className="hint">{t.ownAccount}</p>
        )
      }
    >
      {locked.length > 0 && (
        <Notice kind="warning" title={t.lockedTitle}>
          {locked.map(({ proof, until }) => (
            <p key={proof}>{until ? t.lockedUntil[proof](dateTime(until)) : t.lockedPermanently[proof]}</p>
          ))}
        </Notice>
      )}
      <div className="rows">
        <DetailRow name={t.name}>
          {account.display_name ? (
            <bdi>{account.display_name}</bdi>
          ) : (
            <span className="hint">{t.noName}</span>
          )}
        </DetailRow>
        <DetailRow name={t.created}>{shortDate(account.created_at)}</DetailRow>
        {disabled && <DetailRow name={t.disabledSince}>{dateTime(disabled)}</DetailRow>}
        <DetailRow name={t.lastSignIn}>
          {account.last_sign_in_at ? <TimeAgo time={account.last_sign_in_at} /> : t.noSignIn}
        </DetailRow>
        <DetailRow name={t.password}>
          {account.password_changed_at === undefined ? (
            t.invite.pending
          ) : account.has_password ? (
            <>
              {t.changed} <TimeAgo time={account.password_changed_at} />
            </>
          ) : (
            t.noPassword
          )}
        </DetailRow>
      </div>
    </Card>
  );
}

export function MethodsCard({ account, action }: CardProps) {
  const { methods, mfa_enabled: on, recovery_codes: codes, removal } = account;
  return (
    <Card
      title={messages.mfa.title}
      lead={t.mfaLead}
      badge={
        on ? <Badge tone="good">{messages.mfa.on}</Badge> : <Badge tone="plain">{messages.mfa.off}</Badge>
      }
      foot={on && action ? <ActionButton kind="resetMfa" action={action} /> : undefined}
    >
      {removal && (
        <Notice kind="warning">
          <p>{t.removal(dateTime(removal.requested_at))}</p>
        </Notice>
      )}
      {methods.length === 0 ? (
        <p className="hint">{t.noMethods}</p>
      ) : (
        <ul className="rows" aria-label={t.methods}>
          {methods.map((method) => (
            <li className="row" key={method.id}>
              <span className="row__icon">
                <PhoneIcon />
              </span>
              <div className="row__main">
                <p className="row__title">
                  <bdi>{method.name}</bdi>{" "}
                  {method.suspended && <Badge tone="warn">{messages.mfa.suspended}</Badge>}
                </p>
                <MetaList>
                  {[
                    <>
                      {messages.mfa.added} {shortDate(method.created_at)}
                    </>,
                    <>
                      {messages.mfa.lastUsed} <TimeAgo time={method.last_used_at} />
                    </>,
                  ]}
                </MetaList>
              </div>
            </li>
          ))}
        </ul>
      )}
      {on && (
        <div className="row">
          <span className="row__icon">
            <KeyIcon />
          </span>
          <div className="row__main">
            <p className="row__title">{messages.recoveryCodes.title}</p>
            <p className="row__meta">
              {codes ? messages.recoveryCodes.remaining(codes.remaining, codes.total) : t.noCodes}
            </p>
          </div>
        </div>
      )}
    </Card>
  );
}

export const SessionsCard = ({ account, action }: CardProps) => (
  <Card
    title={messages.sessions.title}
    lead={t.sessionsLead}
    foot={action && <ActionButton kind="endSessions" action={action} />}
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

import { withStepUp, type Account, type PendingAddress, type Prove, type Trouble } from "../../api/client";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { useWork } from "../../ui/useWork";
import { moment, messages } from "../../i18n";
import { profile as t } from "../../i18n/profile";
import { dropPending, setAddress } from "./address";
import { Line } from "./lines";
import type { AddressKind } from "./profile";

interface AddressesProps {
  account: Account;
  /** Whether the service sends mail. Without it no address can be confirmed, and so none changed. */
  mail: boolean;
  prove: Prove;
  onChange: (kind: AddressKind) => void;
  onRemoveNotice: () => Promise<void>;
  onTold: (done: string) => void;
  onTrouble: (trouble: Trouble | undefined) => void;
}

export function Addresses(props: AddressesProps) {
  const { account, mail, onChange } = props;
  const { notice_email: notice, pending_address: pending } = account;
  const [removing, runRemoval] = useWork();
  return (
    <>
      <Line
        name={t.email}
        below={pending?.kind === "email" && <Waiting {...props} pending={pending} />}
        actions={
          mail && (
            <Button small label={t.changeEmail} onClick={() => onChange("email")}>
              {t.change}
            </Button>
          )
        }
      >
        <bdi>{account.email}</bdi>
        {!mail && <p className="hint">{t.noMail}</p>}
      </Line>
      {(mail || notice) && (
        <Line
          name={t.noticeEmail}
          below={pending?.kind === "notice_email" && <Waiting {...props} pending={pending} />}
          actions={
            <>
              {mail && (
                <Button
                  small
                  label={notice ? t.changeNoticeEmail : t.addNoticeEmail}
                  onClick={() => onChange("notice_email")}
                >
                  {notice ? t.change : t.add}
                </Button>
              )}
              {notice && (
                <Button
                  small
                  label={t.removeNoticeEmail}
                  busy={removing}
                  busyLabel={messages.common.working}
                  onClick={() => runRemoval(props.onRemoveNotice)}
                >
                  {t.remove}
                </Button>
              )}
            </>
          }
        >
          {notice ? <bdi>{notice}</bdi> : <span className="hint">{t.noNoticeEmail}</span>}
        </Line>
      )}
    </>
  );
}

/** An address whose link was not opened yet. */
function Waiting(props: AddressesProps & { pending: PendingAddress }) {
  const { pending, prove, onTold, onTrouble } = props;
  const [busy, run] = useWork();

  const again = async () => {
    const answer = await withStepUp(prove, (headers) => setAddress(pending.kind, pending.email, headers));
    if (answer.ok) return onTold(t.pending.sent(answer.data.email));
    const declined = answer.trouble.code === "step_up_required" && answer.trouble.stepUp;
    onTrouble(declined ? undefined : answer.trouble);
  };
  const cancel = async () => {
    const answer = await dropPending();
    if (answer.ok) return onTold(t.pending.cancelled);
    onTrouble(answer.trouble);
  };

  return (
    <Notice
      kind="info"
      actions={
        <>
          <Button small busy={busy} busyLabel={messages.common.working} onClick={() => run(again)}>
            {t.pending.resend}
          </Button>
          <Button small kind="quiet" disabled={busy} onClick={() => run(cancel)}>
            {t.pending.cancel}
          </Button>
        </>
      }
    >
      <p>{t.pending[pending.kind](pending.email, moment(pending.expires_at))}</p>
    </Notice>
  );
}

import type { Account, PendingAddress, RequestError } from "../../api/client";
import { stepUpCancelled, withStepUp, type StepUpPrompt } from "../../api/stepUp";
import { Address } from "../../ui/Address";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { TextWithAddresses } from "../../ui/TextWithAddresses";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { dateTime, messages } from "../../i18n";
import { profile as t } from "../../i18n/profile";
import { cancelAddressChange, requestAddressChange } from "./addressRequests";
import { ProfileRow } from "./profileRows";
import type { AddressKind } from "./profileAction";

interface AddressesProps {
  account: Account;
  /** Whether the service sends mail. Without mail no address can be confirmed, so none can be changed. */
  mail: boolean;
  promptStepUp: StepUpPrompt;
  onChange: (kind: AddressKind) => void;
  onRemoveNotice: () => Promise<void>;
  onDone: (done: string) => void;
  onError: (error: RequestError | undefined) => void;
}

/** The email address and the second address for notices, with what can be changed. */
export function Addresses(props: AddressesProps) {
  const { account, mail, onChange } = props;
  const { notice_email: notice, pending_address: pending } = account;
  const [removing, runRemoval] = useAsyncAction();
  return (
    <>
      <ProfileRow
        name={t.email}
        below={pending?.kind === "email" && <PendingAddressNotice {...props} pending={pending} />}
        actions={
          mail && (
            <Button small label={t.changeEmail} onClick={() => onChange("email")}>
              {t.change}
            </Button>
          )
        }
      >
        <Address>{account.email}</Address>
        {!mail && <p className="hint">{t.noMail}</p>}
      </ProfileRow>
      {(mail || notice) && (
        <ProfileRow
          name={t.noticeEmail}
          below={pending?.kind === "notice_email" && <PendingAddressNotice {...props} pending={pending} />}
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
          {notice ? <Address>{notice}</Address> : <span className="hint">{t.noNoticeEmail}</span>}
        </ProfileRow>
      )}
    </>
  );
}

/** Notice of an address whose confirmation link was not opened yet. */
function PendingAddressNotice(props: AddressesProps & { pending: PendingAddress }) {
  const { pending, promptStepUp, onDone, onError } = props;
  const [busy, run] = useAsyncAction();

  const resend = async () => {
    const result = await withStepUp(promptStepUp, (headers) =>
      requestAddressChange(pending.kind, pending.email, headers),
    );
    if (result.ok) return onDone(t.pending.sent(result.data.email));
    onError(stepUpCancelled(result.error) ? undefined : result.error);
  };
  const cancel = async () => {
    const result = await cancelAddressChange();
    if (result.ok) return onDone(t.pending.cancelled);
    onError(result.error);
  };

  return (
    <Notice
      kind="info"
      actions={
        <>
          <Button small busy={busy} busyLabel={messages.common.working} onClick={() => run(resend)}>
            {t.pending.resend}
          </Button>
          <Button small kind="quiet" disabled={busy} onClick={() => run(cancel)}>
            {t.pending.cancel}
          </Button>
        </>
      }
    >
      <p>
        <TextWithAddresses text={t.pending[pending.kind](pending.email, dateTime(pending.expires_at))} />
      </p>
    </Notice>
  );
}

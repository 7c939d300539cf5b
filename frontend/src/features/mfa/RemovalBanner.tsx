import { useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useRef, useState } from "react";
import { ask, client, type MfaRemoval, type Receipt as Came, type Trouble } from "../../api/client";
import { mfaQuery, useAccount, useMfa, useService } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Receipt } from "../../ui/Receipt";
import { useCountdown } from "../../ui/Wait";
import { moment, say, span, words } from "../../i18n";
import { removal as t } from "../../i18n/removal";

type State = { at: "idle"; trouble?: Trouble } | { at: "cancelling" } | { at: "cancelled"; receipt: Came };

/** Above everything else, as long as somebody's wish to have MFA removed is under way. */
export function RemovalBanner() {
  const [state, setState] = useState<State>({ at: "idle" });
  const removal = useMfa().data?.removal;
  const account = useAccount().data;
  const pause = useService().data?.mfa_removal_pause;
  const queries = useQueryClient();
  const told = useRef<HTMLDivElement>(null);
  const trouble = state.at === "idle" ? state.trouble : undefined;
  const left = useCountdown(trouble);

  useLayoutEffect(() => {
    // The button that had the focus went away with the removal.
    if (state.at === "cancelled") told.current?.focus();
  }, [state]);

  async function cancel() {
    setState({ at: "cancelling" });
    const answer = await ask(client.DELETE("/api/v1/mfa/removal"));
    // Cancelled elsewhere, or completed: then there is nothing to show.
    const gone = !answer.ok && answer.trouble.code === "not_found";
    if (answer.ok) setState({ at: "cancelled", receipt: answer.data });
    else setState(gone ? { at: "idle" } : { at: "idle", trouble: answer.trouble });
    if (answer.ok || gone) await queries.invalidateQueries({ queryKey: mfaQuery.queryKey });
  }

  if (state.at === "cancelled")
    return (
      <Receipt
        change={state}
        done={t.done(span(pause))}
        receipt={state.receipt}
        addresses={[account?.email, account?.notice_email]}
        noticeRef={told}
      />
    );
  if (!removal) return null;
  return (
    <Notice
      kind="error"
      title={t.title}
      actions={
        <Button
          kind="danger"
          small
          busy={state.at === "cancelling"}
          busyLabel={words.common.working}
          disabled={left > 0}
          onClick={() => void cancel()}
        >
          {t.cancel}
        </Button>
      }
    >
      <p>
        {t.asked(moment(removal.requested_at))} {timeLeft(removal)}
      </p>
      <p>{t.what}</p>
      {trouble && (
        <p>
          <strong>{say(trouble)}</strong>
        </p>
      )}
    </Notice>
  );
}

function timeLeft({ remaining_seconds: seconds, stopped, ready }: MfaRemoval): string {
  if (ready) return t.ready;
  if (seconds === 0) return t.soon;
  return stopped ? `${t.left(span(seconds))} ${t.stopped}` : t.left(span(seconds));
}

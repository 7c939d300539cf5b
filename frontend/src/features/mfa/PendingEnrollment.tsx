import { useQueryClient } from "@tanstack/react-query";
import type { Mfa, MfaMethod } from "../../api/client";
import { mfaQuery } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { useAsyncAction } from "../../ui/useAsyncAction";
import { messages } from "../../i18n";
import { cancelEnrollment } from "./cancelEnrollment";

const t = messages.mfa;

export interface PendingEnrollmentProps {
  pending: NonNullable<Mfa["pending_enrollment"]>;
  methods: MfaMethod[];
  /** The account has the maximum number of methods. It can still replace one. */
  full: boolean;
  onRestart: (replaces?: MfaMethod) => void;
}

/** Notice of an enrollment that was left unfinished, by a reload or in another tab. Its key can't be shown again. */
export function PendingEnrollment({ pending, methods, full, onRestart }: PendingEnrollmentProps) {
  const queries = useQueryClient();
  const [busy, run] = useAsyncAction();
  const replaces = methods.find(({ id }) => id === pending.replaces);
  const discard = (then?: () => void) =>
    run(async () => {
      await cancelEnrollment(pending.id);
      then?.();
      await queries.invalidateQueries({ queryKey: mfaQuery.queryKey });
    });
  return (
    <Notice
      kind="info"
      title={replaces ? t.pendingReplaceTitle : t.pendingTitle}
      actions={
        <>
          {(replaces || !full) && (
            <Button
              small
              busy={busy}
              busyLabel={messages.common.working}
              onClick={() => discard(() => onRestart(replaces))}
            >
              {t.pendingRestart}
            </Button>
          )}
          <Button small kind="quiet" disabled={busy} onClick={() => discard()}>
            {t.pendingDiscard}
          </Button>
        </>
      }
    >
      <p>{replaces ? t.pendingReplace(replaces.name) : t.pending}</p>
    </Notice>
  );
}

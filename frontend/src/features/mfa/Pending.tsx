import { useQueryClient } from "@tanstack/react-query";
import type { Mfa, MfaMethod } from "../../api/client";
import { mfaQuery } from "../../api/queries";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { useWork } from "../../ui/useWork";
import { messages } from "../../i18n";
import { cancelEnrollment } from "./cancelEnrollment";

const t = messages.mfa;

export interface PendingProps {
  pending: NonNullable<Mfa["pending_enrollment"]>;
  methods: MfaMethod[];
  /** No further method fits; one can still take another's place. */
  full: boolean;
  onRestart: (replaces?: MfaMethod) => void;
}

/** An enrollment that a reload or another tab left behind: its key can't be shown again. */
export function Pending({ pending, methods, full, onRestart }: PendingProps) {
  const queries = useQueryClient();
  const [busy, run] = useWork();
  const replaces = methods.find(({ id }) => id === pending.replaces);
  const drop = (then?: () => void) =>
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
              onClick={() => drop(() => onRestart(replaces))}
            >
              {t.pendingRestart}
            </Button>
          )}
          <Button small kind="quiet" disabled={busy} onClick={() => drop()}>
            {t.pendingDiscard}
          </Button>
        </>
      }
    >
      <p>{replaces ? t.pendingReplace(replaces.name) : t.pending}</p>
    </Notice>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import type { Mfa, MfaMethod } from "../../api/client";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { messages } from "../../i18n";
import { discardEnrollment } from "./cancelEnrollment";

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
  const replaces = methods.find(({ id }) => id === pending.replaces);
  const discard = () => void discardEnrollment(queries, pending.id);
  return (
    <Notice
      kind="info"
      title={replaces ? t.pendingReplaceTitle : t.pendingTitle}
      actions={
        <>
          {(replaces || !full) && (
            <Button
              small
              onClick={() => {
                discard();
                onRestart(replaces);
              }}
            >
              {t.pendingRestart}
            </Button>
          )}
          <Button small kind="quiet" onClick={discard}>
            {t.pendingDiscard}
          </Button>
        </>
      }
    >
      <p>{replaces ? t.pendingReplace(replaces.name) : t.pending}</p>
    </Notice>
  );
}

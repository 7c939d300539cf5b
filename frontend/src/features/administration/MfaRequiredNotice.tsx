import { Link } from "wouter";
import type { RequestError } from "../../api/client";
import { useMfa } from "../../api/queries";
import { Notice } from "../../ui/Notice";
import { administration as t } from "../../i18n/administration";

/** Reports whether the server requires a session with two factors, even to read. */
export const needsMfa = ({ code }: RequestError) => code === "mfa_required" || code === "enrollment_required";

/** Tells an administrator without a second factor what to do first. */
export function MfaRequiredNotice() {
  const mfa = useMfa().data;
  return (
    <Notice
      kind="warning"
      title={t.mfaRequiredTitle}
      actions={
        !mfa?.enabled && (
          <Link className="button button--primary" href="/settings/account">
            <span className="button__label">{t.toAccountSettings}</span>
          </Link>
        )
      }
    >
      <p>{mfa?.enabled ? t.sessionWithoutMfa : t.mfaNotEnabled}</p>
    </Notice>
  );
}

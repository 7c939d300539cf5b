import { Link } from "wouter";
import type { Trouble } from "../../api/client";
import { useMfa } from "../../api/queries";
import { Notice } from "../../ui/Notice";
import { administration as t } from "../../i18n/administration";

/** Whether the server wants a session of two factors before it tells anything. */
export const isBarred = ({ code }: Trouble) => code === "mfa_required" || code === "enrollment_required";

/** What an administrator does first who is signed in with a password alone. */
export function Barred() {
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

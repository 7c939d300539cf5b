import type { Mfa } from "../../api/client";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { shortDate } from "../../i18n";
import { mfaRequired as t } from "../../i18n/mfaRequired";
import { RemovalBanner } from "./RemovalBanner";

export interface BannersProps {
  mfa: Mfa;
  onRegister: () => void;
}

/** The banners above the MFA card: a pending removal of MFA, and MFA that is required but not set up. They are rare. */
export const Banners = (props: BannersProps) => (
  <>
    <RemovalBanner />
    <RequiredBanner {...props} />
  </>
);

function RequiredBanner({ mfa: { enabled, policy }, onRegister }: BannersProps) {
  if (enabled || !(policy.required || policy.required_from)) return null;
  return (
    <Notice
      kind="warning"
      title={
        policy.required || !policy.required_from ? t.nowTitle : t.soonTitle(shortDate(policy.required_from))
      }
      actions={
        <Button small onClick={onRegister}>
          {t.register}
        </Button>
      }
    >
      <p>{policy.required ? t.now : t.soon}</p>
    </Notice>
  );
}

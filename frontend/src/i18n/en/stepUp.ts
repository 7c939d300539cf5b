import type { Purpose } from "../../api/problem";

const purposes: Record<Purpose, string> = {
  "mfa.enroll":
    "Registering an MFA method changes how you sign in, so enter your usual login credentials first.",
  "mfa.remove":
    "Removing an MFA method changes how you sign in, so enter your usual login credentials first.",
  "mfa.recovery_codes":
    "Recovery codes let you sign in, so enter your usual login credentials before you generate new ones.",
  "account.password": "A new password changes how you sign in, so enter your usual login credentials first.",
  "account.email":
    "We email links to your account to these addresses, so enter your usual login credentials first.",
  "admin.account": "This changes another user’s account, so enter your usual login credentials first.",
  "admin.invite": "This creates an account for another user, so enter your usual login credentials first.",
};

export const stepUp = {
  title: "Confirm that it’s you",
  purposes,
  submit: "Confirm",
  codeHint: "From your authenticator app.",
};

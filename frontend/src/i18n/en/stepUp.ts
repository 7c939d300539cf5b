import type { Purpose } from "../../api/problem";

const purposes: Record<Purpose, string> = {
  "mfa.enroll":
    "Registering an MFA method changes how you sign in, so enter your usual login credentials first.",
  "mfa.remove":
    "Removing an MFA method changes how you sign in, so enter your usual login credentials first.",
  "mfa.recovery_codes":
    "Recovery codes can sign you in, so enter your usual login credentials before new ones are made.",
  "account.password": "Your password changes how you sign in, so enter your usual login credentials first.",
  "account.email":
    "Links to your account go to your email addresses, so enter your usual login credentials first.",
  "admin.account": "This changes somebody else’s account, so enter your usual login credentials first.",
};

export const stepUp = {
  title: "Confirm that it’s you",
  purposes,
  submit: "Confirm",
  codeHint: "From your authenticator app.",
};

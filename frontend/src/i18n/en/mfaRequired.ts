export const mfaRequired = {
  soonTitle: (date: string) => `From ${date} you need an authenticator app`,
  soon: "Then nobody signs in here with a password alone any more. Register an app now, and nothing holds you up on that day.",
  nowTitle: "Register an authenticator app to carry on",
  now: "Multi Factor Authentication is required here, and your account has none yet. Once it has, everything else on this page is there again.",
  register: "Register one now",
  title: "Register an authenticator app",
  lead: "for",
  why: "Your password is right. Signing in here takes Multi Factor Authentication too, which your account doesn’t have yet.",
  how: "It takes about two minutes, and a phone. After that you’re signed in.",
  submit: "Register MFA Method",
};

export const mfaRequired = {
  soonTitle: (date: string) => `From ${date}, you need an authenticator app`,
  soon: "After that, a password alone won’t be enough to sign in. Register an app now to be ready.",
  nowTitle: "Register an authenticator app to continue",
  now: "MFA is required here, and your account doesn’t have it yet. Once you’ve registered an app, you can use the rest of this page.",
  register: "Register now",
  title: "Register an authenticator app",
  lead: "for",
  why: "Your password is correct. Signing in here also requires multi-factor authentication (MFA), which your account doesn’t have yet.",
  how: "It takes about two minutes, and you need your phone. Then you’re signed in.",
  submit: "Register MFA Method",
};

export const titles = {
  signIn: "Sign in",
  code: "Enter your code",
  account: "Account settings",
};

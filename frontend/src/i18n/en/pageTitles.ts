export const pageTitles = {
  signIn: "Sign in",
  code: "Enter your code",
  account: "Account settings",
};

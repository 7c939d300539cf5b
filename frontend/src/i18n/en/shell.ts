export const shell = {
  signOut: "Sign out",
  signedInAs: "Signed in as",
  settings: "Settings",
  administration: "Administration",
  signOutFailed: "Signing out didn’t reach the server, so you’re still signed in.",
  home: "Twofold, account settings",
  language: "Language",
};

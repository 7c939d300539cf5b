export const shell = {
  signOut: "Sign out",
  signedInAs: "Signed in as",
  settings: "Settings",
  administration: "Administration",
  signOutFailed: "You’re still signed in.",
  home: "Twofold, account settings",
  language: "Language",
};

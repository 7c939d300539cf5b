export const shell = {
  signOut: "Sign out",
  signedInAs: "Signed in as",
  settings: "Settings",
  administration: "Administration",
  signOutFailed: "We couldn’t reach the server, so you’re still signed in. Try again.",
  home: "Twofold, account settings",
  language: "Language",
};

import type { shell as en } from "../en/shell";

export const shell: typeof en = {
  signOut: "Abmelden",
  signedInAs: "Angemeldet als",
  settings: "Einstellungen",
  administration: "Verwaltung",
  signOutFailed: "Sie sind noch angemeldet.",
  home: "Twofold, Kontoeinstellungen",
  language: "Sprache",
};

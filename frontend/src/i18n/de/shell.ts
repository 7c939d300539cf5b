import type { shell as en } from "../en/shell";

export const shell: typeof en = {
  signOut: "Abmelden",
  signedInAs: "Angemeldet als",
  settings: "Einstellungen",
  administration: "Verwaltung",
  signOutFailed: "Die Abmeldung hat den Server nicht erreicht, Sie sind also noch angemeldet.",
  home: "Twofold, Kontoeinstellungen",
  language: "Sprache",
};

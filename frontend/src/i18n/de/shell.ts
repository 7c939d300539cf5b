import type { shell as en } from "../en/shell";

export const shell: typeof en = {
  signOut: "Abmelden",
  signedInAs: "Angemeldet als",
  settings: "Einstellungen",
  administration: "Verwaltung",
  signOutFailed: "Der Server ist nicht erreichbar, Sie sind also noch angemeldet. Versuchen Sie es erneut.",
  home: "Twofold, Kontoeinstellungen",
  language: "Sprache",
};

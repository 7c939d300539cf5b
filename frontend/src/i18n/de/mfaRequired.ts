import type { mfaRequired as en } from "../en/mfaRequired";

export const mfaRequired: typeof en = {
  soonTitle: (date) => `Ab ${date} brauchen Sie eine Authenticator-App`,
  soon: "Dann meldet sich hier niemand mehr mit dem Passwort allein an. Registrieren Sie jetzt eine App, dann hält Sie an dem Tag nichts auf.",
  nowTitle: "Registrieren Sie eine Authenticator-App, um weiterzumachen",
  now: "Multi-Faktor-Authentifizierung ist hier Pflicht, und Ihr Konto hat noch keine. Sobald es eine hat, ist alles andere auf dieser Seite wieder da.",
  register: "Jetzt registrieren",
  title: "Authenticator-App registrieren",
  lead: "für",
  why: "Ihr Passwort stimmt. Zur Anmeldung gehört hier auch Multi-Faktor-Authentifizierung, die Ihr Konto noch nicht hat.",
  how: "Das dauert etwa zwei Minuten und braucht ein Telefon. Danach sind Sie angemeldet.",
  submit: "MFA-Methode registrieren",
};

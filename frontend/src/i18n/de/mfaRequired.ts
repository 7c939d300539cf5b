import type { mfaRequired as en } from "../en/mfaRequired";

export const mfaRequired: typeof en = {
  soonTitle: (date) => `Ab ${date} brauchen Sie eine Authenticator-App`,
  soon: "Dann genügt das Passwort allein zum Anmelden nicht mehr. Registrieren Sie schon jetzt eine App.",
  nowTitle: "Registrieren Sie eine Authenticator-App, um fortzufahren",
  now: "MFA ist hier Pflicht, und Ihr Konto hat noch keine. Sobald Sie eine App registriert haben, können Sie den Rest dieser Seite nutzen.",
  register: "Jetzt registrieren",
  title: "Authenticator-App registrieren",
  lead: "für",
  why: "Ihr Passwort ist richtig. Zum Anmelden ist hier außerdem Multi-Faktor-Authentifizierung (MFA) nötig, die Ihr Konto noch nicht hat.",
  how: "Das dauert etwa zwei Minuten. Sie brauchen dafür Ihr Telefon. Danach sind Sie angemeldet.",
  submit: "MFA-Methode registrieren",
};

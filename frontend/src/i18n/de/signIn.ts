import type { signIn as en } from "../en/signIn";

export const signIn: typeof en = {
  title: "Anmelden",
  lead: "um Ihr Konto und seine Sicherheit zu verwalten",
  submit: "Anmelden",
  expired: "Ihre Sitzung ist abgelaufen. Melden Sie sich wieder an, um fortzufahren.",
  signedOut: "Sie sind abgemeldet.",
  rejected: "E-Mail-Adresse oder Passwort falsch. Versuchen Sie es erneut.",
  forgot: "Passwort vergessen?",
  passwordSet: "Ihr neues Passwort ist festgelegt. Melden Sie sich damit an.",
  codeTitle: "Code eingeben",
  codeLead: "Geben Sie den Code aus Ihrer Authenticator-App ein für",
  codeHint: "Wir prüfen ihn, sobald Sie sechs Ziffern eingegeben haben.",
  recoveryTitle: "Wiederherstellungscode eingeben",
  recoveryLead: "Jeder Code gilt einmal. Sie melden sich an als",
  factorsLost: "Telefon und Codes verloren?",
  verify: "Bestätigen",
  otherAccount: "Anderes Konto verwenden",
};

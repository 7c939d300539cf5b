import type { signIn as en } from "../en/signIn";

export const signIn: typeof en = {
  title: "Anmelden",
  lead: "um Ihr Konto und seine Sicherheit zu verwalten",
  submit: "Anmelden",
  expired:
    "Ihre Sitzung ist nach einiger Zeit abgelaufen. Melden Sie sich an, um dort weiterzumachen, wo Sie waren.",
  signedOut: "Sie sind abgemeldet.",
  rejected: "E-Mail-Adresse und Passwort passen nicht zusammen. Prüfen Sie beide.",
  forgot: "Passwort vergessen?",
  passwordSet: "Ihr neues Passwort gilt. Melden Sie sich damit an.",
  codeTitle: "Code eingeben",
  codeLead: "Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie zeigt für",
  codeHint: "Er wird mit der sechsten Ziffer abgeschickt.",
  recoveryTitle: "Wiederherstellungscode eingeben",
  recoveryLead: "Jeder gilt einmal, anstelle Ihres Telefons. Sie melden sich an als",
  factorsLost: "Telefon und Codes verloren?",
  verify: "Bestätigen",
  otherAccount: "Anderes Konto verwenden",
};

import type { removeMethod as en } from "../en/removeMethod";
import { list } from "./count";
import { otherSessions } from "./receipt";

export const removeMethod: typeof en = {
  title: (name) => `„${name}“ entfernen?`,
  lastMethod:
    "Das ist Ihre einzige Methode. MFA wird deshalb ausgeschaltet: Zum Anmelden genügt dann Ihr Passwort. Auch Ihre Wiederherstellungscodes werden ungültig.",
  otherMethods: (names) =>
    `Ihre Codes werden ungültig. MFA bleibt an, mit ${list(names.map((name) => `„${name}“`))}.`,
  onlySuspended:
    "Ihre übrigen Methoden sind gesperrt. Bis Sie eine neue registrieren, brauchen Sie zum Anmelden einen Wiederherstellungscode.",
  noFactorLeft:
    "Ihre übrigen Methoden sind gesperrt, und Sie haben keine Wiederherstellungscodes. Sie könnten sich nicht mehr anmelden. Registrieren Sie zuerst eine neue Methode oder erstellen Sie Codes.",
  requiredTitle: (name) => `„${name}“ kann nicht entfernt werden`,
  required:
    "Das ist Ihre einzige Methode, und MFA ist hier Pflicht. Registrieren Sie zuerst eine andere. Wenn Sie ein neues Telefon haben, ersetzen Sie stattdessen diese.",
  otherSessions,
  submit: "Methode entfernen",
  doneTitle: "Methode entfernt",
  done: (name, off) => `„${name}“ wurde entfernt.${off ? " MFA ist jetzt ausgeschaltet." : ""}`,
};

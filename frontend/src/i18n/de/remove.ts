import type { remove as en } from "../en/remove";
import { list } from "./count";
import { others } from "./receipt";

export const remove: typeof en = {
  title: (name) => `„${name}“ entfernen?`,
  lastOne:
    "Das ist Ihre einzige Methode. MFA wird deshalb ausgeschaltet: Zum Anmelden genügt dann Ihr Passwort. Auch Ihre Wiederherstellungscodes werden ungültig.",
  oneOf: (names) =>
    `Ihre Codes werden ungültig. MFA bleibt an, mit ${list(names.map((name) => `„${name}“`))}.`,
  onlySuspended:
    "Ihre übrigen Methoden sind gesperrt. Bis Sie eine neue registrieren, brauchen Sie zum Anmelden einen Wiederherstellungscode.",
  nothingLeft:
    "Ihre übrigen Methoden sind gesperrt, und Sie haben keine Wiederherstellungscodes. Sie könnten sich nicht mehr anmelden. Registrieren Sie zuerst eine neue Methode oder erstellen Sie Codes.",
  staysTitle: (name) => `„${name}“ kann nicht entfernt werden`,
  stays:
    "Das ist Ihre einzige Methode, und MFA ist hier Pflicht. Registrieren Sie zuerst eine andere. Wenn Sie ein neues Telefon haben, ersetzen Sie stattdessen diese.",
  others,
  submit: "Methode entfernen",
  doneTitle: "Methode entfernt",
  done: (name, off) => `„${name}“ wurde entfernt.${off ? " MFA ist jetzt ausgeschaltet." : ""}`,
};

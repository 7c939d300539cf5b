import type { removeMethod as en } from "../en/removeMethod";
import { list } from "./count";
import { otherSessions } from "./receipt";

export const removeMethod: typeof en = {
  title: (name) => `„${name}“ entfernen?`,
  lastMethod:
    "Es ist Ihre einzige Methode. Die Multi-Faktor-Authentifizierung geht damit aus: Ihr Passwort allein meldet Sie dann an. Auch Ihre Wiederherstellungscodes gelten nicht mehr.",
  otherMethods: (names) =>
    `Ihre Codes gelten dann nicht mehr. Die Multi-Faktor-Authentifizierung bleibt an, mit ${list(names.map((name) => `„${name}“`))}.`,
  onlySuspended:
    "Was bleibt, ist gesperrt und meldet niemanden an. Bis Sie eine neue Methode registrieren, brauchen Sie zur Anmeldung einen Wiederherstellungscode.",
  noFactorLeft:
    "Was bleibt, ist gesperrt und meldet niemanden an, und Sie haben keine Wiederherstellungscodes: Nichts könnte Sie dann noch anmelden. Registrieren Sie zuerst eine neue Methode, oder erzeugen Sie Codes.",
  requiredTitle: (name) => `„${name}“ bleibt`,
  required:
    "Es ist Ihre einzige Methode, und Multi-Faktor-Authentifizierung ist hier Pflicht; darum bleibt sie. Registrieren Sie zuerst eine andere. Bei einem Telefonwechsel ziehen Sie sie auf das neue Telefon um.",
  otherSessions,
  submit: "Methode entfernen",
  doneTitle: "Methode entfernt",
  done: (name, off) =>
    `„${name}“ wurde entfernt.${off ? " Die Multi-Faktor-Authentifizierung ist jetzt aus." : ""}`,
};

import type { remove as en } from "../en/remove";
import { list } from "./count";
import { others } from "./receipt";

export const remove: typeof en = {
  title: (name) => `„${name}“ entfernen?`,
  lastOne:
    "Es ist Ihre einzige Methode. Die Multi-Faktor-Authentifizierung geht damit aus: Ihr Passwort allein meldet Sie dann an. Auch Ihre Wiederherstellungscodes gelten nicht mehr.",
  oneOf: (names) =>
    `Ihre Codes gelten dann nicht mehr. Die Multi-Faktor-Authentifizierung bleibt an, mit ${list(names.map((name) => `„${name}“`))}.`,
  onlySuspended:
    "Was bleibt, ist gesperrt und meldet niemanden an. Bis Sie eine neue Methode registrieren, brauchen Sie zur Anmeldung einen Wiederherstellungscode.",
  nothingLeft:
    "Was bleibt, ist gesperrt und meldet niemanden an, und Sie haben keine Wiederherstellungscodes: Nichts könnte Sie dann noch anmelden. Registrieren Sie zuerst eine neue Methode, oder erzeugen Sie Codes.",
  staysTitle: (name) => `„${name}“ bleibt`,
  stays:
    "Es ist Ihre einzige Methode, und Multi-Faktor-Authentifizierung ist hier Pflicht; darum bleibt sie. Registrieren Sie zuerst eine andere. Bei einem Telefonwechsel ziehen Sie sie auf das neue Telefon um.",
  others,
  submit: "Methode entfernen",
  doneTitle: "Methode entfernt",
  done: (name, off) =>
    `„${name}“ wurde entfernt.${off ? " Die Multi-Faktor-Authentifizierung ist jetzt aus." : ""}`,
};

import type { remove as en } from "../en/remove";
import { count } from "./count";
import { others } from "./receipt";

export const remove: typeof en = {
  title: (name) => `„${name}“ entfernen?`,
  lastOne:
    "Es ist Ihre einzige Methode. Die Multi-Faktor-Authentifizierung geht damit aus: Ihr Passwort allein meldet Sie dann an.",
  oneOf: (left) =>
    `Ihre Codes gelten dann nicht mehr. Die Multi-Faktor-Authentifizierung bleibt an, mit ${left === 1 ? "Ihrer anderen Methode" : `Ihren ${count(left, "", "anderen Methoden")}`}.`,
  others,
  submit: "Methode entfernen",
  done: (name, off) =>
    `„${name}“ wurde entfernt.${off ? " Die Multi-Faktor-Authentifizierung ist jetzt aus." : ""}`,
  declined: "Es wurde nichts entfernt.",
};

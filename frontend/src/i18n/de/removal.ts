import type { removal as en } from "../en/removal";
import { during } from "./count";

export const removal: typeof en = {
  title: "Für Ihr Konto wurde beantragt, MFA zu entfernen",
  asked: (moment) => `Beantragt am ${moment} mit Ihrem Passwort.`,
  left: (span) => `Sie können noch ${span} lang abbrechen. Danach kann MFA entfernt werden.`,
  soon: "Wenn Sie nicht abbrechen, kann MFA jeden Moment entfernt werden.",
  ready: "Die letzte E-Mail ist unterwegs. Der Link darin entfernt MFA.",
  stopped: "Die Wartezeit ist angehalten.",
  what: "Wenn Sie das nicht waren, brechen Sie ab und ändern Sie dann Ihr Passwort. Wenn Sie es waren und Ihr Telefon wiederhaben, brechen Sie ebenfalls ab.",
  cancel: "Entfernen abbrechen",
  done: (pause) =>
    `Das Entfernen wurde abgebrochen. ${during(pause)} kann es nicht noch einmal beantragt werden.`,
};

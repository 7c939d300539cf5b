import type { removalBanner as en } from "../en/removalBanner";
import { during } from "./count";

export const removalBanner: typeof en = {
  title: "Für Ihr Konto wurde beantragt, MFA zu entfernen",
  requestedAt: (moment) => `Beantragt am ${moment} mit Ihrem Passwort.`,
  timeLeft: (span) => `Sie können noch ${span} lang abbrechen. Danach kann MFA entfernt werden.`,
  due: "Wenn Sie nicht abbrechen, kann MFA jeden Moment entfernt werden.",
  ready: "Die letzte E-Mail ist unterwegs. Der Link darin entfernt MFA.",
  paused: "Die Wartezeit ist angehalten.",
  advice:
    "Wenn Sie das nicht waren, brechen Sie ab und ändern Sie dann Ihr Passwort. Wenn Sie es waren und Ihr Telefon wiederhaben, brechen Sie ebenfalls ab.",
  cancel: "Entfernen abbrechen",
  done: (pause) =>
    `Das Entfernen wurde abgebrochen. ${during(pause)} kann es nicht noch einmal beantragt werden.`,
};

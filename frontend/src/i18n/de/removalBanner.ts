import type { removalBanner as en } from "../en/removalBanner";
import { during } from "./count";

export const removalBanner: typeof en = {
  title: "Jemand will MFA von Ihrem Konto entfernen lassen",
  requestedAt: (moment) => `Beantragt mit Ihrem Passwort am ${moment}.`,
  timeLeft: (span) => `Abbrechen können Sie das noch ${span} lang, danach kann MFA entfernt werden.`,
  due: "Wenn es niemand abbricht, kann MFA jeden Moment entfernt werden.",
  ready: "Die letzte Mail ist unterwegs: Der Link darin entfernt MFA.",
  paused: "Im Moment steht die Zeit still.",
  advice:
    "Waren Sie das nicht, brechen Sie es ab und ändern Sie dann Ihr Passwort. Waren Sie es und haben Ihr Telefon wieder, brechen Sie es auch ab.",
  cancel: "Entfernung abbrechen",
  done: (pause) => `Die Entfernung ist abgebrochen. ${during(pause)} kann niemand eine neue beantragen.`,
};

import type { receipt as en } from "../en/receipt";
import { count, list, sentence } from "./count";

export const otherSessions = "Auf Ihren anderen Geräten werden Sie abgemeldet.";

export const receipt: typeof en = {
  sessionsEnded: (n) =>
    n === 0
      ? ""
      : `${sentence(count(n, "eine andere Sitzung wurde", "andere Sitzungen wurden"))} abgemeldet.`,
  noticeSent: (addresses) =>
    addresses.length === 0
      ? "Wir haben Ihnen eine Benachrichtigung per E-Mail gesendet."
      : `Wir haben eine Benachrichtigung an ${list(addresses)} gesendet.`,
  codesLeft: (n) =>
    n === 0
      ? "Sie haben keine Wiederherstellungscodes mehr."
      : `Sie haben noch ${count(n, "einen Wiederherstellungscode", "Wiederherstellungscodes")}.`,
};

import type { sessions as en } from "../en/sessions";

export const sessions: typeof en = {
  title: "Sitzungen",
  lead: "Wo Sie gerade angemeldet sind.",
  list: "Ihre Sitzungen",
  current: "Dieses Gerät",
  signedIn: "Angemeldet",
  lastUsed: "Zuletzt benutzt",
  end: "Beenden",
  endNamed: (device) => `Sitzung in ${device} beenden`,
  onlySession:
    "Sie sind nirgendwo sonst angemeldet. Wenn Sie sich auf einem anderen Gerät anmelden, steht es hier, und Sie können es hier abmelden.",
  endOthers: "Überall sonst abmelden",
  endOthersAsk:
    "Alle Sitzungen außer dieser enden sofort. Wer sich dort wieder anmeldet, braucht Ihre üblichen Anmeldedaten.",
  ended: (device) => `Die Sitzung in ${device} ist beendet.`,
  endedOthers: "Sie sind jetzt nur noch auf diesem Gerät angemeldet.",
  more: "Mehr zeigen",
  failed: "Ihre Sitzungen können gerade nicht gezeigt werden",
};

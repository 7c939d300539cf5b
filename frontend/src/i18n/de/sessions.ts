import type { sessions as en } from "../en/sessions";

export const sessions: typeof en = {
  title: "Sitzungen",
  lead: "Wo Sie gerade angemeldet sind.",
  list: "Ihre Sitzungen",
  current: "Dieses Gerät",
  signedIn: "Angemeldet",
  lastUsed: "Zuletzt verwendet",
  end: "Beenden",
  endNamed: (device) => `Sitzung in ${device} beenden`,
  onlySession:
    "Sie sind nirgendwo sonst angemeldet. Andere Geräte erscheinen hier, sobald Sie sich dort anmelden, und Sie können sie hier abmelden.",
  endOthers: "Überall sonst abmelden",
  endOthersAsk:
    "Alle anderen Sitzungen werden sofort beendet. Um sich dort wieder anzumelden, brauchen Sie Ihre üblichen Anmeldedaten.",
  ended: (device) => `Sie haben „${device}“ abgemeldet.`,
  endedOthers: "Sie sind jetzt nur noch auf diesem Gerät angemeldet.",
  more: "Mehr anzeigen",
  failed: "Ihre Sitzungen konnten nicht geladen werden",
};

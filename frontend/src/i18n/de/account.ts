import type { account as en } from "../en/account";

export const account: typeof en = {
  title: "Konto",
  failed: "Ihr Konto konnte nicht geladen werden",
  profile: "Profil",
  profileLead: "Ihr Name und die Adressen, unter denen wir Sie erreichen.",
  activity: "Aktivitäten",
  activityLead: "Letzte Anmeldungen und Änderungen, neueste zuerst.",
};

import type { account as en } from "../en/account";

export const account: typeof en = {
  title: "Konto",
  failed: "Ihr Konto kann gerade nicht gezeigt werden",
  profile: "Profil",
  profileLead: "Wer Sie hier sind und wie wir Sie erreichen.",
  activity: "Aktivitäten",
  activityLead: "Was mit Ihrem Konto geschehen ist, das Neueste zuerst.",
};

import type { account as en } from "../en/account";

export const account: typeof en = {
  title: "Konto",
  profile: "Profil",
  profileLead: "Wer Sie hier sind und wie wir Sie erreichen.",
  email: "E-Mail-Adresse",
  since: (date) => `Dabei seit ${date}`,
  failed: "Ihr Konto kann gerade nicht gezeigt werden",
};

import type { addresses as en } from "../en/addresses";

export const addresses: typeof en = {
  lead: {
    email:
      "Wir schicken einen Link an die neue Adresse. Wenn Sie ihn öffnen, melden Sie sich mit der neuen Adresse an. Die alte bekommt eine Mitteilung.",
    notice_email:
      "Mitteilungen zu Ihrem Konto gehen auch dorthin, selbst wenn jemand anderes Ihr Postfach hat. Anmelden kann man sich damit nicht.",
  },
  label: { email: "Neue E-Mail-Adresse", notice_email: "Zweite Adresse" },
  missing: "Geben Sie eine E-Mail-Adresse ein.",
  malformed: "Das ist keine ganze E-Mail-Adresse, wie ada@example.com.",
  same: "Diese Adresse haben Sie schon.",
  submit: "Link schicken",
  sentTitle: "Sehen Sie in Ihre E-Mails",
};

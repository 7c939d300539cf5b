import type { addresses as en } from "../en/addresses";

export const addresses: typeof en = {
  lead: {
    email:
      "Wir senden einen Link an die neue Adresse. Sobald Sie sie bestätigen, melden Sie sich mit der neuen Adresse an. Die alte erhält eine Benachrichtigung.",
    notice_email:
      "Wir senden Benachrichtigungen zu Ihrem Konto auch an diese Adresse. So erreichen sie Sie selbst dann, wenn andere Zugriff auf Ihr Postfach haben. Anmelden können Sie sich damit nicht.",
  },
  label: { email: "Neue E-Mail-Adresse", notice_email: "Zweite Adresse" },
  missing: "Geben Sie eine E-Mail-Adresse ein.",
  malformed: "Geben Sie eine vollständige E-Mail-Adresse ein, zum Beispiel ada@example.com.",
  same: "Das ist bereits Ihre Adresse. Geben Sie eine andere ein.",
  submit: "Link senden",
  sentTitle: "Prüfen Sie Ihren Posteingang",
};

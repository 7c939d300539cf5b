import type { stepUp as en } from "../en/stepUp";

export const stepUp: typeof en = {
  title: "Bestätigen Sie Ihre Identität",
  purposes: {
    "mfa.enroll":
      "Eine neue MFA-Methode ändert, wie Sie sich anmelden. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "mfa.remove":
      "Das Entfernen einer MFA-Methode ändert, wie Sie sich anmelden. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "mfa.recovery_codes":
      "Mit Wiederherstellungscodes kann man sich anmelden. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "account.password":
      "Ein neues Passwort ändert, wie Sie sich anmelden. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "account.email":
      "An diese Adressen senden wir Links zu Ihrem Konto. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "admin.account":
      "Damit ändern Sie das Konto einer anderen Person. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "admin.invite":
      "Damit erstellen Sie ein Konto für eine andere Person. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
  },
  submit: "Bestätigen",
  codeHint: "Aus Ihrer Authenticator-App.",
};

import type { stepUp as en } from "../en/stepUp";

export const stepUp: typeof en = {
  title: "Bestätigen Sie, dass Sie es sind",
  purposes: {
    "mfa.enroll":
      "Eine MFA-Methode zu registrieren ändert, wie Sie sich anmelden. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "mfa.remove":
      "Eine MFA-Methode zu entfernen ändert, wie Sie sich anmelden. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "mfa.recovery_codes":
      "Mit Wiederherstellungscodes kann man sich anmelden. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "account.password":
      "Ein anderes Passwort ändert, wie Sie sich anmelden. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "account.email":
      "An Ihre E-Mail-Adressen gehen Links zu Ihrem Konto. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
    "admin.account":
      "Das ändert das Konto von jemand anderem. Geben Sie deshalb zuerst Ihre üblichen Anmeldedaten ein.",
  },
  submit: "Bestätigen",
  codeHint: "Aus Ihrer Authenticator-App.",
};

import type { password as en } from "../en/password";

export const password: typeof en = {
  title: "Passwort",
  lead: "Nur Ihnen bekannt und nirgendwo sonst benutzt.",
  changed: "Zuletzt geändert",
  change: "Passwort ändern",
};

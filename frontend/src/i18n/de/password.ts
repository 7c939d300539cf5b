import type { password as en } from "../en/password";

export const password: typeof en = {
  title: "Passwort",
  lead: "Verwenden Sie eines, das Sie nirgendwo sonst nutzen.",
  changed: "Zuletzt geändert",
  change: "Passwort ändern",
};

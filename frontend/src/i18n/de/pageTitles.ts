import type { pageTitles as en } from "../en/pageTitles";

export const pageTitles: typeof en = {
  signIn: "Anmelden",
  code: "Code eingeben",
  account: "Kontoeinstellungen",
};

import type { titles as en } from "../en/titles";

export const titles: typeof en = {
  signIn: "Anmelden",
  code: "Code eingeben",
  account: "Kontoeinstellungen",
};

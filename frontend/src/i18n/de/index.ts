// The German messages of the first load.
import type { messages as en } from "../en";
import { account } from "./account";
import { common } from "./common";
import { device } from "./device";
import { mfa } from "./mfa";
import { pageTitles } from "./pageTitles";
import { password } from "./password";
import { problems } from "./problems";
import { receipt } from "./receipt";
import { recoveryCodes } from "./recoveryCodes";
import { sessions } from "./sessions";
import { shell } from "./shell";
import { signIn } from "./signIn";

export const messages: typeof en = {
  product: "Twofold",
  problems,
  common,
  device,
  pageTitles,
  shell,
  signIn,
  account,
  mfa,
  receipt,
  recoveryCodes,
  sessions,
  password,
};

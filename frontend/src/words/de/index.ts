// Every word of a first visit, in German.
import type { words as en } from "../en";
import { account } from "./account";
import { common } from "./common";
import { enroll } from "./enroll";
import { mfa } from "./mfa";
import { notFound } from "./notFound";
import { problems } from "./problems";
import { receipt } from "./receipt";
import { remove } from "./remove";
import { shell } from "./shell";
import { signIn } from "./signIn";
import { stepUp } from "./stepUp";
import { titles } from "./titles";

export const words: typeof en = {
  product: "Twofold",
  problems,
  common,
  titles,
  shell,
  signIn,
  account,
  mfa,
  receipt,
  enroll,
  remove,
  stepUp,
  notFound,
};

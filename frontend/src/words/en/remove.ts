import { count } from "./count";
import { others } from "./receipt";

export const remove = {
  title: (name: string) => `Remove “${name}”?`,
  lastOne:
    "It’s your only method, so Multi Factor Authentication goes off: your password alone will sign you in.",
  oneOf: (left: number) =>
    `Its codes will stop working. Multi Factor Authentication stays on with your ${left === 1 ? "other method" : `${count(left, "other method", "other methods")}`}.`,
  others,
  submit: "Remove method",
  done: (name: string, off: boolean) =>
    `“${name}” was removed.${off ? " Multi Factor Authentication is now off." : ""}`,
  declined: "Nothing was removed.",
};

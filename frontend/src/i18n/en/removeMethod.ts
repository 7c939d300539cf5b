import { list } from "./count";
import { otherSessions } from "./receipt";

export const removeMethod = {
  title: (name: string) => `Remove “${name}”?`,
  lastMethod:
    "It’s your only method, so Multi Factor Authentication goes off: your password alone will sign you in. Your recovery codes stop working too.",
  otherMethods: (names: string[]) =>
    `Its codes will stop working. Multi Factor Authentication stays on with ${list(names.map((name) => `“${name}”`))}.`,
  onlySuspended:
    "What is left is suspended and signs nobody in. Until you register a new method, signing in takes a recovery code.",
  noFactorLeft:
    "What is left is suspended and signs nobody in, and you have no recovery codes: nothing could sign you in any more. Register a new method or generate codes first.",
  requiredTitle: (name: string) => `“${name}” stays`,
  required:
    "It’s your only method, and Multi Factor Authentication is required here, so it stays. Register another one first. To change phones, move it to the new phone.",
  otherSessions,
  submit: "Remove method",
  doneTitle: "Method removed",
  done: (name: string, off: boolean) =>
    `“${name}” was removed.${off ? " Multi Factor Authentication is now off." : ""}`,
};

import { list } from "./count";
import { otherSessions } from "./receipt";

export const removeMethod = {
  title: (name: string) => `Remove “${name}”?`,
  lastMethod:
    "This is your only method, so MFA will be turned off: your password alone will be enough to sign in. Your recovery codes will stop working too.",
  otherMethods: (names: string[]) =>
    `Its codes will stop working. MFA stays on with ${list(names.map((name) => `“${name}”`))}.`,
  onlySuspended:
    "Your remaining methods are suspended. Until you register a new one, you need a recovery code to sign in.",
  noFactorLeft:
    "Your remaining methods are suspended, and you have no recovery codes, so you couldn’t sign in any more. Register a new method or generate codes first.",
  requiredTitle: (name: string) => `“${name}” can’t be removed`,
  required:
    "This is your only method, and MFA is required here. Register another one first. If you have a new phone, replace this one instead.",
  otherSessions,
  submit: "Remove method",
  doneTitle: "Method removed",
  done: (name: string, off: boolean) => `“${name}” was removed.${off ? " MFA is now off." : ""}`,
};

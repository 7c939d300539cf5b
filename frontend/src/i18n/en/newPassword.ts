import { count, sentence } from "./count";

const missing = (n: number) => `${sentence(count(n, "more character", "more characters"))} needed.`;

/** For whoever sets a new password: while signed in, or with a mailed link. */
export const newPassword = {
  title: "Change password",
  lead: "Your other devices will be signed out; this one stays signed in.",
  label: "New password",
  atLeast: (min: number) => `At least ${min} characters. A few words in a row do well.`,
  advice: {
    short: missing,
    repetitive: () => "Long enough, but repetitive: easy to guess.",
    fair: () => "Long enough. Longer is better still.",
    good: () => "Good: long and varied.",
    long: (max: number) => `Too long: ${max} characters at the most.`,
  },
  missing: "Enter a new password.",
  submit: "Change password",
  doneTitle: "Password changed",
  done: "Your password is changed.",
  expired: "That took a while. Confirm once more that it’s you; your new password is kept.",
};

import { count, sentence } from "./count";

const missing = (n: number) => `${sentence(count(n, "more character", "more characters"))} needed.`;

/** Messages for a new password, set while signed in or with an emailed link. */
export const newPassword = {
  title: "Change password",
  lead: "This signs you out on your other devices. You stay signed in here.",
  label: "New password",
  atLeast: (min: number) => `At least ${min} characters. A few random words work well.`,
  advice: {
    short: missing,
    repetitive: () => "Long enough, but repetitive and easy to guess.",
    oneWord: () => "Long enough, but a single word is easy to guess.",
    context: () => "Too short without your email address and our name.",
    fair: () => "Long enough. Longer is even better.",
    good: () => "Good: long and varied.",
    long: (max: number) => `Too long. Use at most ${max} characters.`,
  },
  missing: "Enter a new password.",
  submit: "Change password",
  doneTitle: "Password changed",
  done: "Your password has been changed.",
  expired: "That took too long. Confirm again that it’s you. Your new password is still filled in.",
};

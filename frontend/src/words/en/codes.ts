import { others } from "./receipt";

export const codes = {
  heading: "Save your recovery codes",
  lead: "If your phone is gone, each of these signs you in once. Keep them where you’d find them without it: in a password manager, or on paper.",
  once: "They are shown only now.",
  list: "Recovery codes",
  download: "Download",
  copy: "Copy",
  copied: "Copied",
  copyFailed: "The codes are selected: copy them with your keyboard.",
  print: "Print",
  saved: "I saved them",
  reminder: "Save the codes first, then tick this box.",
  sheetTitle: (product: string) => `${product} recovery codes`,
  sheetAccount: (email: string) => `Account: ${email}`,
  sheetDate: (date: string) => `Generated: ${date}. Older codes no longer work.`,
  sheetUse: "Each code works once, with your password. Keep them safe, and apart from it.",
  fileName: "recovery-codes.txt",
  askTitle: "Generate new recovery codes?",
  ask: "You’ll get new codes. The ones you have now stop working, wherever you keep them.",
  others,
  shownTitle: "Your new recovery codes",
};

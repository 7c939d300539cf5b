export const sessions = {
  title: "Sessions",
  lead: "Where you’re signed in now.",
  list: "Your sessions",
  current: "This device",
  signedIn: "Signed in",
  lastUsed: "Last used",
  end: "End",
  endNamed: (device: string) => `End the session in ${device}`,
  onlySession:
    "You’re signed in nowhere else. When you sign in on another device, it shows here, and you can end it from here.",
  endOthers: "Sign out everywhere else",
  endOthersAsk:
    "Every session but this one ends at once. Signing in there takes your usual login credentials.",
  ended: (device: string) => `The session in ${device} has ended.`,
  endedOthers: "You’re signed in on this device only.",
  more: "Show more",
  failed: "Your sessions can’t be shown right now",
};

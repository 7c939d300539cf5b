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
    "You’re not signed in anywhere else. Other devices appear here when you sign in on them, and you can sign them out.",
  endOthers: "Sign out everywhere else",
  endOthersAsk:
    "This ends all other sessions right away. To sign in there again, you need your usual login credentials.",
  ended: (device: string) => `You signed out “${device}”.`,
  endedOthers: "You’re now signed in on this device only.",
  more: "Show more",
  failed: "We couldn’t load your sessions",
};

export const account = {
  title: "Account",
  failed: "We couldn’t load your account",
  profile: "Profile",
  profileLead: "Your name and the addresses we use to reach you.",
  activity: "Activity",
  activityLead: "Recent sign-ins and changes, newest first.",
};

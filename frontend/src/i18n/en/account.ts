export const account = {
  title: "Account",
  failed: "Your account can’t be shown right now",
  profile: "Profile",
  profileLead: "Who you are here, and how we reach you.",
  activity: "Activity",
  activityLead: "What happened to your account, the newest first.",
};

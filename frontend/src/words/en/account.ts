export const account = {
  title: "Account",
  profile: "Profile",
  profileLead: "Who you are here, and how we reach you.",
  email: "Email",
  since: (date: string) => `Member since ${date}`,
  failed: "Your account can’t be shown right now",
};

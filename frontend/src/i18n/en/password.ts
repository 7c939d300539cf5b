export const password = {
  title: "Password",
  lead: "Use one that you use nowhere else.",
  changed: "Last changed",
  change: "Change password",
};

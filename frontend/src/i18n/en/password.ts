export const password = {
  title: "Password",
  lead: "Known to you only, and used nowhere else.",
  changed: "Last changed",
  change: "Change password",
};

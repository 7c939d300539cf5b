export const notFound = {
  tab: "Page not found",
  title: "Page not found",
  lead: "The address may be wrong, or the page may have moved.",
  home: "Go to account settings",
};

export const notFound = {
  tab: "Page not found",
  title: "There’s no page here",
  lead: "The address may be mistyped, or the page may have moved.",
  home: "Go to account settings",
};

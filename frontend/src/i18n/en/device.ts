/** What made a request, as far as it tells. */
export const device = {
  on: (browser: string, system: string) => `${browser} on ${system}`,
  unknown: "Unknown device",
};

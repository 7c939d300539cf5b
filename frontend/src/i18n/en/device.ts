/** The name of a device, from its user agent. */
export const device = {
  on: (browser: string, system: string) => `${browser} on ${system}`,
  unknown: "Unknown device",
};

import type { device as en } from "../en/device";

export const device: typeof en = {
  on: (browser, system) => `${browser} auf ${system}`,
  unknown: "Unbekanntes Gerät",
};

import { words } from "./index";

/** "Firefox on Linux", or what of it is known. */
export function deviceName({ browser, system }: { browser?: string; system?: string }): string {
  if (browser && system) return words.device.on(browser, system);
  return browser || system || words.device.unknown;
}

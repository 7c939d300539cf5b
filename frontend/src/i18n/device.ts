import { messages } from "./index";

/** "Firefox on Linux", or what of it is known. */
export function deviceName({ browser, system }: { browser?: string; system?: string }): string {
  if (browser && system) return messages.device.on(browser, system);
  return browser || system || messages.device.unknown;
}

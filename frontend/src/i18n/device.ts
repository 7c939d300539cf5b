import { messages } from "./index";

/** Returns a name such as "Firefox on Linux", from what is known about the device. */
export function deviceName({ browser, system }: { browser?: string; system?: string }): string {
  if (browser && system) return messages.device.on(browser, system);
  return browser || system || messages.device.unknown;
}

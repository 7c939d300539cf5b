// Finds the browser for the end-to-end tests and the speed measurement.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Returns the path of Chromium: CHROMIUM_PATH, or the Chromium or Chrome that is installed. It throws if there is none. */
export function findChromium() {
  const named = process.env["CHROMIUM_PATH"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  // The headless shell comes first: a full Chromium also draws a window for every page.
  const names = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
  ];
  const found = named
    ? [named].find(isExecutable)
    : names
        .flatMap((name) => ["/usr/bin", ...folders].map((folder) => join(folder, name)))
        .find(isExecutable);
  if (found) return found;
  throw new Error(
    named
      ? `CHROMIUM_PATH names ${named}, which can't be run. Point it at a Chromium or Chrome.`
      : "This needs Chromium: install it (on Debian: apt-get install chromium-headless-shell), or set CHROMIUM_PATH.",
  );
}

// The browser that the journeys and the measurements run in.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const runs = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** CHROMIUM_PATH, or the Chromium or Chrome of this machine. */
export function findChromium() {
  const named = process.env["CHROMIUM_PATH"];
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  // A full Chromium draws a window of its own for every page: the one without windows comes first.
  const names = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
  ];
  const found = named
    ? [named].find(runs)
    : names.flatMap((name) => ["/usr/bin", ...folders].map((folder) => join(folder, name))).find(runs);
  if (found) return found;
  throw new Error(
    named
      ? `CHROMIUM_PATH names ${named}, which can't be run. Point it at a Chromium or Chrome.`
      : "This needs Chromium: install it (on Debian: apt-get install chromium-headless-shell), or set CHROMIUM_PATH.",
  );
}

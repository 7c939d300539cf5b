import { defineConfig } from "@playwright/test";
import { findChromium } from "./build/chromium.mjs";
import { hasPostgres } from "./build/postgres.mjs";
import type { Topology } from "./e2e/fixtures";

// SELECT is "main" for the journeys of `make test`, or "rest" for those that `make check` adds to them.
const select = process.env["SELECT"] ?? "";
if (!["", "main", "rest"].includes(select)) throw new Error(`SELECT is ${select}, want main or rest.`);
const mainJourneys = ["administration", "journey", "recovery", "removal", "required"].map(
  (name) => `${name}.spec.ts`,
);

const one = {
  name: "one process",
  use: { topology: "one process" as const },
  ...(select === "main" && { testMatch: mainJourneys }),
  ...(select === "rest" && { testIgnore: mainJourneys }),
};
const cluster = { name: "cluster", use: { topology: "cluster" as const }, testMatch: "journey.spec.ts" };

export default defineConfig<object, Topology>({
  projects: select !== "main" && hasPostgres() ? [cluster, one] : [one],
  testDir: "e2e",
  outputDir: "test-results",
  globalSetup: "./e2e/build-server.ts",
  fullyParallel: true,
  forbidOnly: Boolean(process.env["CI"]),
  workers: 2,
  // Milliseconds, reached by failures only: with 30 processes waiting for two cores, a passing journey takes up to a minute.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    headless: true,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: "light",
    viewport: { width: 1280, height: 800 },
    launchOptions: {
      executablePath: findChromium(),
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
      ],
    },
  },
});

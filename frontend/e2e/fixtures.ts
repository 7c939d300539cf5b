// The fixtures of all journeys: a server, an account, and a watch that fails a journey at a violation of the content security
// policy, an error in the page, a request to another host, anything in the browser's storage, or a visible layout shift.
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { URI } from "otpauth";
import { startCluster, startServer, type Credentials, type Server } from "./server";

interface Watch {
  violations: string[];
  errors: string[];
  foreignRequests: string[];
  /** The sum of all layout shift scores, and what moved. */
  shift: number;
  shifted: string[];
  /** The number of responses by each process, if there are several. */
  served: Map<string, number>;
}

export interface Topology {
  topology: "one process" | "cluster";
  /** Environment variables of the server, on top of its defaults. */
  settings: Record<string, string>;
}

/** A layout-shift entry: https://wicg.github.io/layout-instability/ */
interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node?: Node }[];
}

declare global {
  interface Window {
    reportViolation: (text: string) => void;
    reportShift: (value: number, what: string) => void;
    /** Shifts before this time (performance.now) are the test's own and not counted. */
    ignoreShiftsUntil: number;
  }
}

export const test = base.extend<{ watch: Watch; account: Credentials }, Topology & { server: Server }>({
  topology: ["one process", { scope: "worker", option: true }],
  settings: [{}, { scope: "worker", option: true }],
  server: [
    async ({ topology, settings }, use) => {
      const server = await (topology === "cluster" ? startCluster() : startServer(settings));
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  account: async ({ server }, use) => use(await server.account()),
  watch: [
    async ({ page, context, server }, use) => {
      const watch: Watch = {
        violations: [],
        errors: [],
        foreignRequests: [],
        shift: 0,
        shifted: [],
        served: new Map(),
      };
      await context.exposeFunction("reportViolation", (text: string) => watch.violations.push(text));
      await context.exposeFunction("reportShift", (value: number, what: string) => {
        watch.shift += value;
        watch.shifted.push(`${value.toFixed(4)} ${what}`);
      });
      await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) =>
          window.reportViolation(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`),
        );
        window.ignoreShiftsUntil = -Infinity;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as Shift[])
            if (!entry.hadRecentInput && entry.startTime > window.ignoreShiftsUntil)
              window.reportShift(
                entry.value,
                entry.sources
                  .map(({ node }) => (node instanceof Element ? node.className : node?.nodeName))
                  .join(", "),
              );
        }).observe({ type: "layout-shift", buffered: true });
      });
      page.on("pageerror", (error) => watch.errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() !== "error") return;
        // The browser logs every 4xx, 5xx and lost connection, which the journeys cause on purpose.
        if (/^Failed to load resource/.test(message.text())) return;
        watch.errors.push(message.text());
      });
      context.on("request", (request) => {
        const url = new URL(request.url());
        if (url.protocol !== "data:" && url.origin !== server.url) watch.foreignRequests.push(request.url());
      });
      context.on("response", (response) => {
        const process = response.headers()["x-served-by"];
        if (process) watch.served.set(process, (watch.served.get(process) ?? 0) + 1);
      });
      await use(watch);
      expect(watch.violations, "violations of the content security policy").toEqual([]);
      expect(watch.errors, "errors in the page").toEqual([]);
      expect(watch.foreignRequests, "requests to other hosts").toEqual([]);
      expect(watch.shift, `layout shift: ${watch.shifted.join("; ")}`).toBeLessThan(0.02);
      if (server.processes > 1) {
        expect(watch.served.size, "processes that responded").toBe(server.processes);
        expect(Math.min(...watch.served.values()), "responses by each process").toBeGreaterThan(10);
      }
      if (!page.isClosed() && page.url().startsWith(server.url))
        expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
    },
    { auto: true },
  ],
});

export { expect };

/**
 * Turns request interception on from the beginning. If the first route is added later, the browser may still send a request
 * or two without asking it.
 */
export const interceptFromStart = (page: Page) =>
  page.route("**/never-requested", (route) => route.continue());

/** The error message that is shown. */
export const alert = (inside: Page | Locator) => inside.getByRole("alert").filter({ hasText: /\S/ });

export const mfaCard = (page: Page) => page.getByRole("region", { name: "Multi-factor authentication" });

export async function fillSignIn(page: Page, account: Credentials) {
  await page.getByLabel("Email", { exact: true }).fill(account.email);
  await page.getByLabel("Password", { exact: true }).fill(account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in through the page, with a code if the account has a TOTP secret, and waits for the account page. */
export async function signIn(page: Page, server: Server, account: Credentials, secret?: string) {
  await page.goto("/sign-in");
  await fillSignIn(page, account);
  if (secret) await page.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  await expect(mfaCard(page).getByText(/^(On|Off)$/)).toBeVisible();
}

/** Expects the result of a change in its dialog, and closes that. */
export async function confirmResult(page: Page, name: string, text: string) {
  const dialog = page.getByRole("dialog", { name });
  await expect(dialog.getByRole("status")).toContainText(text);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
}

/** Opens the enrollment dialog and enters the credentials, up to the QR code. */
export async function beginEnrollment(page: Page, account: Credentials, code?: string) {
  await page.getByRole("button", { name: "Register MFA Method" }).click();
  const dialog = page.getByRole("dialog", { name: "Register MFA Method" });
  await dialog.getByLabel("Password", { exact: true }).fill(account.password);
  if (code) await dialog.getByLabel("6-digit code").fill(code);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
  return dialog;
}

/** Decodes the QR code from the pixels on the screen and returns the secret in it. */
export async function readQr(image: Locator): Promise<string> {
  const pixels = PNG.sync.read(await image.screenshot());
  const found = jsqr(new Uint8ClampedArray(pixels.data), pixels.width, pixels.height);
  if (!found) throw new Error("No QR code in the pixels of the page.");
  const uri = URI.parse(found.data);
  expect(uri.issuer).toBe("Twofold");
  return uri.secret.base32;
}

export const qr = (page: Page) => page.locator(".qr");

/** Registers a method through the page, up to the success step. Returns the open dialog and the secret. */
export async function register(
  page: Page,
  server: Server,
  account: Credentials,
  name: string,
  code?: string,
) {
  const dialog = await beginEnrollment(page, account, code);
  const secret = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel(/^Name for this authenticator/).fill(name);
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(dialog.getByRole("heading", { name: "You’ve registered an MFA method" })).toBeFocused();
  return { dialog, secret };
}

/** Returns the recovery codes that a dialog shows. */
export async function shownRecoveryCodes(dialog: Locator): Promise<string[]> {
  const items = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(items.first()).toBeVisible();
  return items.allInnerTexts();
}

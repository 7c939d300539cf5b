// What holds in every journey: no violation of the content policy, no error in the page, no request to another host,
// nothing in storage, nothing that jumps.
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { URI } from "otpauth";
import { startCluster, startServer, type Credentials, type Server } from "./server";

interface Watch {
  violations: string[];
  errors: string[];
  foreign: string[];
  shift: number;
  shifted: string[];
  /** How many requests each process answered, where there are several. */
  served: Map<string, number>;
}

export interface Topology {
  topology: "one process" | "cluster";
  /** Of the program, where a journey needs others. */
  settings: Record<string, string>;
}

/** https://wicg.github.io/layout-instability/ */
interface Shift extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node?: Node }[];
}

declare global {
  interface Window {
    reportViolation: (text: string) => void;
    reportShift: (value: number, what: string) => void;
    /** Until then a test moves things itself. */
    overlookedUntil: number;
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
        foreign: [],
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
        window.overlookedUntil = -Infinity;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as Shift[])
            if (!entry.hadRecentInput && entry.startTime > window.overlookedUntil)
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
        // The browser's own line about every 4xx, 5xx and lost connection: those are part of the journeys.
        if (/^Failed to load resource/.test(message.text())) return;
        watch.errors.push(message.text());
      });
      context.on("request", (request) => {
        const url = new URL(request.url());
        if (url.protocol !== "data:" && url.origin !== server.url) watch.foreign.push(request.url());
      });
      context.on("response", (response) => {
        const by = response.headers()["x-served-by"];
        if (by) watch.served.set(by, (watch.served.get(by) ?? 0) + 1);
      });
      await use(watch);
      expect(watch.violations, "violations of the content security policy").toEqual([]);
      expect(watch.errors, "errors in the page").toEqual([]);
      expect(watch.foreign, "requests to other hosts").toEqual([]);
      expect(watch.shift, `layout shift: ${watch.shifted.join("; ")}`).toBeLessThan(0.02);
      if (server.processes > 1) {
        expect(watch.served.size, "processes that answered").toBe(server.processes);
        expect(Math.min(...watch.served.values()), "requests that each answered").toBeGreaterThan(10);
      }
      if (!page.isClosed() && page.url().startsWith(server.url))
        expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
    },
    { auto: true },
  ],
});

export { expect };

/**
 * Has all requests pass by here from the beginning. Where a page's first route comes later, the browser may send a request or
 * two past it.
 */
export const standBy = (page: Page) => page.route("**/nobody/asks/for/this", (route) => route.continue());

/** What was just said as an error. */
export const alert = (inside: Page | Locator) => inside.getByRole("alert").filter({ hasText: /\S/ });

export const mfaCard = (page: Page) => page.getByRole("region", { name: "Multi-factor authentication" });

export async function fillSignIn(page: Page, who: Credentials) {
  await page.getByLabel("Email", { exact: true }).fill(who.email);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in through the page; with a secret, takes the code step too. */
export async function signIn(page: Page, server: Server, who: Credentials, secret?: string) {
  await page.goto("/sign-in");
  await fillSignIn(page, who);
  if (secret) await page.getByLabel("6-digit code").fill(await server.nextCode(secret));
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  await expect(mfaCard(page).getByText(/^(On|Off)$/)).toBeVisible();
}

/** How a change ends that was made in a dialog: it says what was done, and is closed. */
export async function readTold(page: Page, name: string, text: string) {
  const dialog = page.getByRole("dialog", { name });
  await expect(dialog.getByRole("status")).toContainText(text);
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toBeHidden();
}

/** Opens the dialog and reauthenticates, up to the QR code. */
export async function beginEnrollment(page: Page, who: Credentials, code?: string) {
  await page.getByRole("button", { name: "Register MFA Method" }).click();
  const dialog = page.getByRole("dialog", { name: "Register MFA Method" });
  await dialog.getByLabel("Password", { exact: true }).fill(who.password);
  if (code) await dialog.getByLabel("6-digit code").fill(code);
  await dialog.getByRole("button", { name: "Continue" }).click();
  await expect(dialog.getByRole("img", { name: /QR code/ })).toBeVisible();
  return dialog;
}

/** Reads a QR code from the pixels on the screen, with a decoder of its own. Answers the secret. */
export async function readQr(image: Locator): Promise<string> {
  const pixels = PNG.sync.read(await image.screenshot());
  const found = jsqr(new Uint8ClampedArray(pixels.data), pixels.width, pixels.height);
  if (!found) throw new Error("No QR code in the pixels of the page.");
  const uri = URI.parse(found.data);
  expect(uri.issuer).toBe("Twofold");
  return uri.secret.base32;
}

export const qr = (page: Page) => page.locator(".qr");

/** Registers a method through the page, up to the success step. Answers the dialog and the secret. */
export async function register(page: Page, server: Server, who: Credentials, name: string, code?: string) {
  const dialog = await beginEnrollment(page, who, code);
  const secret = await readQr(qr(page));
  await dialog.getByRole("button", { name: "Continue" }).click();
  await dialog.getByLabel(/^Name for this authenticator/).fill(name);
  await dialog.getByLabel("6-digit code").fill(await server.code(secret));
  await dialog.getByRole("button", { name: "Register" }).click();
  await expect(dialog.getByRole("heading", { name: "You’ve registered an MFA method" })).toBeFocused();
  return { dialog, secret };
}

/** The recovery codes that a dialog shows. */
export async function shownCodes(dialog: Locator): Promise<string[]> {
  const items = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(items.first()).toBeVisible();
  return items.allInnerTexts();
}

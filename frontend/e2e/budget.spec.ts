import { get } from "node:http";
import { firstLoad } from "../build/first-load.mjs";
import { expect, mfaCard, signIn, test } from "./fixtures";

/** Bytes of JS and CSS of a first visit, gzipped; build/size.mjs adds up the same files. */
const budget = 45_000;

/** Returns the bytes of a file with gzip encoding. */
const lengthOf = (url: string) =>
  new Promise<number>((resolve, reject) => {
    get(url, { headers: { "Accept-Encoding": "gzip" } }, (response) => {
      let bytes = 0;
      response.on("data", (chunk: Buffer) => (bytes += chunk.length));
      response.on("end", () =>
        response.headers["content-encoding"] === "gzip"
          ? resolve(bytes)
          : reject(new Error(`${url} isn't gzip`)),
      );
    }).on("error", reject);
  });

for (const [module, path, shown] of [
  ["SignInPage", "/sign-in", /^Sign in$/],
  ["AccountPage", "/settings/account", /^Multi-factor authentication \(MFA\)$/],
] as const)
  test(`the first visit of ${path} stays within the size budget`, async ({ page, server, account }) => {
    if (module === "AccountPage") await page.request.post("/api/v1/sessions", { data: account });
    const files = new Set(firstLoad(module));
    const encodings = new Set<string | undefined>();
    const fetched: string[] = [];
    // Files beyond the budget are held back: the page has to be shown without them.
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/assets/*", async (route) => {
      const name = new URL(route.request().url()).pathname.split("/").at(-1) ?? "";
      if (/^(?:messages-)?(?:en|de|count|problems|receipt)-/.test(name) || files.has(name))
        fetched.push(name);
      else await released;
      await route.continue();
    });
    page.on("response", (response) => {
      if (response.url().includes("/assets/")) encodings.add(response.headers()["content-encoding"]);
    });
    await page.goto(path, { waitUntil: "commit" });
    await expect(page.getByRole("heading", { name: shown })).toBeVisible();
    if (module === "AccountPage") await expect(mfaCard(page).getByText("Off", { exact: true })).toBeVisible();
    expect(encodings).toEqual(new Set(["br"]));
    let gzipped = 0;
    for (const name of fetched) gzipped += await lengthOf(`${server.url}/assets/${name}`);
    console.log(`first visit of ${path}: ${gzipped} bytes of JS and CSS as gzip`);
    expect(gzipped).toBeGreaterThan(10_000);
    expect(gzipped).toBeLessThanOrEqual(budget);
    release();
  });

test("a second visit of the account page loads no file again", async ({ page, server, account }) => {
  const loaded = () =>
    page.evaluate(() =>
      (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
        .filter((entry) => entry.name.includes("/assets/"))
        .map((entry) => ({ name: entry.name, size: entry.transferSize })),
    );
  await signIn(page, server, account);
  await page.waitForLoadState("networkidle");
  // Files that are prefetched when the browser is idle may come later.
  const before = new Set((await loaded()).map(({ name }) => name));
  await page.goto("/settings/account");
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  await page.waitForLoadState("networkidle");
  const again = (await loaded()).filter(({ name }) => before.has(name));
  expect(again.length).toBeGreaterThan(3);
  expect(again.filter(({ size }) => size > 0)).toEqual([]);
});

import { get } from "node:http";
import { expect, signIn, test } from "./fixtures";

/** JS and CSS of a first visit, as it comes over the wire. */
const budget = 45_000;

/** Bytes of a file as a client gets it that takes gzip. */
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

test("first load stays within the budget", async ({ page }) => {
  const encodings = new Set<string | undefined>();
  page.on("response", (response) => {
    if (response.url().includes("/assets/")) encodings.add(response.headers()["content-encoding"]);
  });
  await page.goto("/sign-in");
  await page.waitForLoadState("networkidle");
  const assets = await page.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .filter(({ name }) => /\.(js|css)$/.test(new URL(name).pathname))
      .map(({ name, transferSize }) => ({ name, transferSize })),
  );
  expect(assets.length).toBeGreaterThanOrEqual(2);
  expect(encodings).toEqual(new Set(["br"]));
  const transferred = assets.reduce((sum, { transferSize }) => sum + transferSize, 0);

  let gzipped = 0;
  for (const { name } of assets) {
    gzipped += await lengthOf(name);
  }
  console.log(
    `first load: ${transferred} bytes of JS and CSS transferred (brotli, headers included), ${gzipped} as gzip`,
  );
  expect(transferred).toBeGreaterThan(10_000);
  expect(transferred).toBeLessThanOrEqual(budget);
  expect(gzipped).toBeLessThanOrEqual(budget);
});

test("signing in loads the account page, and a second visit loads nothing again", async ({
  page,
  server,
  account,
}) => {
  const fetched: string[] = [];
  page.on("response", (response) => {
    if (/\/assets\//.test(response.url())) fetched.push(response.url());
  });
  await page.goto("/sign-in");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  // Script, style, the words of one language, and what they count with.
  expect(fetched.length).toBe(4);
  await signIn(page, server, account);
  await page.waitForLoadState("networkidle");
  await page.goto("/settings/account");
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  await page.waitForLoadState("networkidle");
  const again = await page.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .filter((entry) => entry.name.includes("/assets/"))
      .map((entry) => entry.transferSize),
  );
  expect(again.length).toBeGreaterThan(3);
  expect(again.filter((size) => size > 0)).toEqual([]);
});

// Measures how fast the page loads in the local Chromium, with the CPU slowed down four times. It prints figures and checks
// nothing, because they are meaningful only on a quiet machine. It needs bin/twofold with the page inside (make build).
//
// Playwright intercepts requests, which makes Chromium parse the page's script a second time. So this script uses the
// DevTools protocol directly, with as few commands as possible.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "./devtools.mjs";

const slowdown = 4;
const loads = Number(process.env["LOADS"] ?? 9);
/** Milliseconds added to each request, as on the way to a server far away. None by default. */
const latency = Number(process.env["LATENCY"] ?? 0);
const binary = process.env["PROGRAM_BIN"] ?? new URL("../../bin/twofold", import.meta.url).pathname;
const user = { email: "ada@example.com", password: "an otter counts nine lamps" };

/** The pages, and the selector of the element that makes each of them usable. */
const pages = [
  { path: "/sign-in", usable: "form input[name=password]" },
  { path: "/settings/account", usable: ".card__foot .button--primary:not([aria-disabled])" },
];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts the server with a new database that has one account. */
async function startServer() {
  if (!existsSync(binary)) throw new Error(`${binary} isn't built: run make build first.`);
  const folder = mkdtempSync(join(tmpdir(), "twofold-speed-"));
  const url = `http://localhost:${await freePort()}`;
  const env = {
    PATH: process.env["PATH"],
    TWOFOLD_LISTEN: new URL(url).host,
    TWOFOLD_OPS_LISTEN: "off",
    TWOFOLD_PUBLIC_URL: url,
    TWOFOLD_DATABASE_URL: `sqlite:${join(folder, "twofold.db")}`,
    TWOFOLD_MASTER_KEY_FILE: join(folder, "master.key"),
  };
  const added = spawnSync(binary, ["account", "add", "--email", user.email, "--password-stdin"], {
    env,
    input: user.password,
    encoding: "utf8",
  });
  if (added.status !== 0) throw new Error(`could not add an account: ${added.stderr}`);
  const child = spawn(binary, ["serve"], { env, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true });
  };
  for (let tries = 0; tries < 100; tries += 1) {
    const ready = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return { url, stop };
    await pause(50);
  }
  await stop();
  throw new Error("The server wasn't ready within five seconds.");
}

/** Runs in the page before its scripts. */
function observePage(usable) {
  const seen = { usable: undefined, longest: 0, blocked: 0, shift: 0 };
  window.seen = seen;
  const observe = (type, look) =>
    new PerformanceObserver((list) => list.getEntries().forEach(look)).observe({ type, buffered: true });
  observe("longtask", ({ duration }) => {
    seen.longest = Math.max(seen.longest, duration);
    seen.blocked += duration - 50;
  });
  observe("layout-shift", ({ value, hadRecentInput }) => {
    if (!hadRecentInput) seen.shift += value;
  });
  const observer = new MutationObserver(() => {
    if (!document.querySelector(usable)) return;
    observer.disconnect();
    // After the next frame is painted and the main thread is idle.
    requestAnimationFrame(() => setTimeout(() => (seen.usable = performance.now())));
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true });
}

/** Signs in and returns the cookies of the session. */
async function signIn(url) {
  const response = await fetch(`${url}/api/v1/sessions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(user),
  });
  if (!response.ok) throw new Error(`Signing in answers ${response.status}.`);
  const cookies = response.headers.getSetCookie().map((line) => line.split(";", 1)[0].split("="));
  return cookies.map(([name, value]) => ({ name, value, url }));
}

async function measureLoad(browser, context, url, { path, usable }) {
  const page = await browser.openPage(context);
  await page.send("Emulation.setDeviceMetricsOverride", {
    width: 1280,
    height: 800,
    deviceScaleFactor: 1,
    mobile: false,
  });
  // Opens another URL of the origin first, so that its renderer process exists, but nothing of the page is loaded.
  await page.send("Page.navigate", { url: `${url}/healthz` });
  await pause(300);
  await page.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  if (latency > 0) {
    await page.send("Network.enable");
    await page.send("Network.emulateNetworkConditions", {
      offline: false,
      latency,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
  }
  await page.send("Page.enable");
  await page.send("Page.addScriptToEvaluateOnNewDocument", {
    source: `(${observePage})(${JSON.stringify(usable)})`,
  });
  await page.send("Page.navigate", { url: url + path });
  const evaluate = async (expression) =>
    (await page.send("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  const isUsable = `window.seen?.usable && performance.getEntriesByName("first-contentful-paint").length`;
  for (let tries = 0; !(await evaluate(isUsable)); tries += 1) {
    if (tries === 100) throw new Error(`${path} wasn't usable within ten seconds.`);
    await pause(100);
  }
  // Parts that load later may cause layout shifts or long tasks.
  await pause(1000);
  const figures = await evaluate(
    `({ paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN, ...window.seen })`,
  );
  await page.close();
  // A page is not usable before it is painted.
  figures.usable = Math.max(figures.usable, figures.paint);
  return figures;
}

const server = await startServer();
const browser = await openBrowser();
try {
  console.log(`CPU slowed down ${slowdown} times, ${loads} loads each: best / median / worst, in ms`);
  for (const page of pages) {
    const taken = { first: [], again: [] };
    for (let n = 0; n < loads; n += 1) {
      const context = await browser.openContext(page.path === "/sign-in" ? [] : await signIn(server.url));
      for (const times of Object.values(taken))
        times.push(await measureLoad(browser, context, server.url, page));
      await browser.closeContext(context);
    }
    for (const [which, times] of Object.entries(taken)) {
      const show = (name, digits = 0) => {
        const sorted = times.map((figures) => figures[name]).sort((one, other) => one - other);
        const three = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
        return three.map((value) => value.toFixed(digits)).join(" / ");
      };
      console.log(
        `${page.path}, ${which === "first" ? "first load" : "again"}: painted ${show("paint")}, usable ${show("usable")}, ` +
          `longest task ${show("longest")}, layout shift ${show("shift", 3)}`,
      );
    }
  }
} finally {
  await browser.close();
  await server.stop();
}

// How fast the page is there, in Chromium on this machine with a CPU that is slowed down four times. Prints figures and
// judges nothing: they mean something on a quiet machine only. It wants bin/twofold, with the page inside (make build).
//
// Playwright watches every request, and for that Chromium reads the page's script a second time at the first of them. So
// the browser is asked for as little as possible here.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openBrowser } from "./devtools.mjs";

const slowdown = 4;
const visits = Number(process.env["VISITS"] ?? 9);
/** Milliseconds added to each request, as on the way to a server far away; none by default. */
const latency = Number(process.env["LATENCY"] ?? 0);
const binary = process.env["PROGRAM_BIN"] ?? new URL("../../bin/twofold", import.meta.url).pathname;
const who = { email: "ada@example.com", password: "an otter counts nine lamps" };

/** What has to be there until a page can be used. */
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

/** The real server, on a database of its own with one account. */
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
  const added = spawnSync(binary, ["account", "add", "--email", who.email, "--password-stdin"], {
    env,
    input: who.password,
    encoding: "utf8",
  });
  if (added.status !== 0) throw new Error(`No account was added: ${added.stderr}`);
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

/** Runs in the page before anything else. */
function watch(usable) {
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
    // On the screen, and the page is free to answer.
    requestAnimationFrame(() => setTimeout(() => (seen.usable = performance.now())));
  });
  observer.observe(document, { childList: true, subtree: true, attributes: true });
}

/** The session cookie of somebody who signs in, as "name=value". */
async function signIn(url) {
  const answer = await fetch(`${url}/api/v1/sessions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(who),
  });
  if (!answer.ok) throw new Error(`Signing in answers ${answer.status}.`);
  const cookies = answer.headers.getSetCookie().map((line) => line.split(";", 1)[0].split("="));
  return cookies.map(([name, value]) => ({ name, value, url }));
}

async function visit(browser, context, url, { path, usable }) {
  const page = await browser.openPage(context);
  await page.send("Emulation.setDeviceMetricsOverride", {
    width: 1280,
    height: 800,
    deviceScaleFactor: 1,
    mobile: false,
  });
  // A process for pages of this place is there, as in a browser that is in use; nothing of the page is.
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
    source: `(${watch})(${JSON.stringify(usable)})`,
  });
  await page.send("Page.navigate", { url: url + path });
  const ask = async (expression) =>
    (await page.send("Runtime.evaluate", { expression, returnByValue: true })).result.value;
  const there = `window.seen?.usable && performance.getEntriesByName("first-contentful-paint").length`;
  for (let tries = 0; !(await ask(there)); tries += 1) {
    if (tries === 100) throw new Error(`${path} wasn't usable within ten seconds.`);
    await pause(100);
  }
  // What comes a moment later may move something, or keep the page from answering.
  await pause(1000);
  const figures = await ask(
    `({ paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN, ...window.seen })`,
  );
  await page.close();
  // What isn't seen yet can't be used.
  figures.usable = Math.max(figures.usable, figures.paint);
  return figures;
}

const server = await startServer();
const browser = await openBrowser();
try {
  console.log(`CPU slowed down ${slowdown} times, ${visits} visits each: best / median / worst, in ms`);
  for (const page of pages) {
    const taken = { first: [], again: [] };
    for (let n = 0; n < visits; n += 1) {
      const context = await browser.openContext(page.path === "/sign-in" ? [] : await signIn(server.url));
      for (const times of Object.values(taken)) times.push(await visit(browser, context, server.url, page));
      await browser.closeContext(context);
    }
    for (const [which, times] of Object.entries(taken)) {
      const show = (name, digits = 0) => {
        const sorted = times.map((figures) => figures[name]).sort((one, other) => one - other);
        const three = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
        return three.map((value) => value.toFixed(digits)).join(" / ");
      };
      console.log(
        `${page.path}, ${which === "first" ? "first visit" : "again"}: painted ${show("paint")}, usable ${show("usable")}, ` +
          `longest task ${show("longest")}, layout shift ${show("shift", 3)}`,
      );
    }
  }
} finally {
  await browser.close();
  await server.stop();
}

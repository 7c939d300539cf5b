// A minimal client for the DevTools protocol over two pipes. It sends only the commands that its caller sends, so that it does
// not disturb a measurement. https://chromedevtools.github.io/devtools-protocol/
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "./chromium.mjs";

/** Starts a headless Chromium with a temporary profile. */
export async function openBrowser() {
  const folder = mkdtempSync(join(tmpdir(), "twofold-browser-"));
  const child = spawn(
    findChromium(),
    [
      "--headless=new",
      "--no-sandbox",
      "--remote-debugging-pipe",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${folder}`,
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const [, , , to, from] = child.stdio;
  const pending = new Map();
  let lastId = 0;
  let buffer = "";
  from.setEncoding("utf8").on("data", (more) => {
    const messages = (buffer + more).split("\0");
    buffer = messages.pop();
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message);
      const { resolve, reject } = pending.get(id) ?? {};
      pending.delete(id);
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
    }
  });
  void ended.then(() => {
    for (const { reject } of pending.values()) reject(new Error("The browser has ended."));
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      pending.set(lastId, { resolve, reject });
      to.write(`${JSON.stringify({ id: lastId, method, params, sessionId })}\0`);
    });

  return {
    async openContext(cookies) {
      const { browserContextId } = await send("Target.createBrowserContext");
      await send("Storage.setCookies", { cookies, browserContextId });
      return browserContextId;
    },
    closeContext: (browserContextId) => send("Target.disposeBrowserContext", { browserContextId }),
    async openPage(browserContextId) {
      const { targetId } = await send("Target.createTarget", { url: "about:blank", browserContextId });
      const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
      return {
        send: (method, params) => send(method, params, sessionId),
        close: () => send("Target.closeTarget", { targetId }),
      };
    },
    async close() {
      await send("Browser.close");
      await ended;
      rmSync(folder, { recursive: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

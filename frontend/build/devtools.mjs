// A browser that is asked for what is asked of it, and nothing else: the DevTools protocol over two pipes.
// https://chromedevtools.github.io/devtools-protocol/
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium } from "./chromium.mjs";

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
  const waiting = new Map();
  let number = 0;
  let text = "";
  from.setEncoding("utf8").on("data", (more) => {
    const messages = (text + more).split("\0");
    text = messages.pop();
    for (const message of messages) {
      const { id, result, error } = JSON.parse(message);
      const { resolve, reject } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
    }
  });
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error("The browser has ended."));
  });
  const send = (method, params = {}, sessionId = undefined) =>
    new Promise((resolve, reject) => {
      number += 1;
      waiting.set(number, { resolve, reject });
      to.write(`${JSON.stringify({ id: number, method, params, sessionId })}\0`);
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

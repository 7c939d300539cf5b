import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { bundledPackages } from "./build/bundledPackages.ts";
import { groups } from "./build/chunks.ts";
import { compress } from "./build/compress.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // The page imports Preact. TanStack Query and wouter import React, so for them, and only for them, React is
    // preact/compat. The order matters: a longer name comes before its prefix.
    alias: [
      { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" },
      { find: "react", replacement: "preact/compat" },
      // wouter imports a shim for React 17. preact/compat has the hook itself.
      { find: /^use-sync-external-store\/shim\/.*/, replacement: here("build/use-sync-external-store.ts") },
    ],
    dedupe: ["preact"],
  },
  plugins: [compress(), bundledPackages()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { codeSplitting: { groups } },
      // Libraries contain "use client" directives, which matter to server components only.
      onLog: (level, log, next) => log.code !== "MODULE_LEVEL_DIRECTIVE" && next(level, log),
    },
  },
  // `npm run dev` serves the page, and passes what the server serves on to a running `make run`.
  server: {
    proxy: Object.fromEntries(
      ["/api", "/openapi.yaml", "/.well-known", "/healthz"].map((path) => [path, "http://localhost:8080"]),
    ),
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    restoreMocks: true,
    // Milliseconds; on a busy machine the first import of a lazy part alone takes seconds.
    testTimeout: 20_000,
    server: { deps: { inline: [/@tanstack/, /wouter/, /@testing-library\/preact/, /preact/] } },
  },
});

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { bundled } from "./build/bundled.ts";
import { groups } from "./build/chunks.ts";
import { compress } from "./build/compress.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // The React API at a third of its size. The order matters: the longer name first.
    alias: [
      { find: "react/jsx-runtime", replacement: "preact/jsx-runtime" },
      { find: "react/jsx-dev-runtime", replacement: "preact/jsx-runtime" },
      { find: "react-dom/client", replacement: "preact/compat/client" },
      { find: "react-dom", replacement: "preact/compat" },
      { find: "react", replacement: "preact/compat" },
      // wouter brings a shim for React 17; preact/compat has the real thing.
      { find: /^use-sync-external-store\/shim\/.*/, replacement: here("build/use-sync-external-store.ts") },
    ],
    dedupe: ["preact"],
  },
  plugins: [compress(), bundled()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { codeSplitting: { groups } },
      // "use client" in libraries means nothing here.
      onLog: (level, log, next) => log.code !== "MODULE_LEVEL_DIRECTIVE" && next(level, log),
    },
  },
  server: { proxy: { "/api": "http://localhost:8080" } },
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

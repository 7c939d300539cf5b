import { readdirSync } from "node:fs";
import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import ts from "typescript-eslint";

// Import rules. Features are combined only in the app shell (src/app), and lower layers do not import higher ones.
const features = readdirSync(new URL("src/features", import.meta.url));
const forbid = (files, group, message) => ({
  files,
  rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: [{ group, message }] }] },
});
const folder = (name) => [`**/${name}`, `**/${name}/**`];
const layers = [
  ...features.map((feature) =>
    forbid(
      [`src/features/${feature}/**`],
      ["app", ...features.filter((other) => other !== feature)].flatMap(folder),
      "Combine features only in the app shell (src/app).",
    ),
  ),
  forbid(
    ["src/ui/**"],
    ["app", "features", "api"].flatMap(folder),
    "src/ui imports neither features nor the API.",
  ),
  forbid(["src/api/**"], ["app", "features", "ui", "i18n"].flatMap(folder), "src/api imports no page code."),
  forbid(["src/i18n/**"], ["app", "features", "ui"].flatMap(folder), "src/i18n imports no page code."),
];

export default ts.config(
  { ignores: ["dist", "node_modules", "src/api/schema.gen.ts", "test-results", "e2e/screenshots"] },
  js.configs.recommended,
  ...ts.configs.strict,
  a11y.flatConfigs.strict,
  {
    files: ["src/**"],
    plugins: { "react-hooks": hooks },
    rules: { "react-hooks/rules-of-hooks": "error", "react-hooks/exhaustive-deps": "error" },
  },
  {
    files: ["src/**"],
    rules: {
      "max-lines": ["error", 350],
      "no-console": "error",
      "no-restricted-globals": ["error", "localStorage", "sessionStorage", "indexedDB"],
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc"].map((property) => ({
          property,
          message: "No HTML sinks: Trusted Types allow none.",
        })),
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "No HTML sinks: Trusted Types allow none.",
        },
        {
          selector: "JSXAttribute[name.name='style']",
          message: "Style in CSS files; the page allows no style attributes.",
        },
      ],
    },
  },
  {
    files: ["build/**", "e2e/**", "*.{js,ts}"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
  },
  {
    // Parts of this script run in the browser.
    files: ["build/speed.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        [
          ..."window document performance PerformanceObserver MutationObserver".split(" "),
          ..."requestAnimationFrame setTimeout fetch".split(" "),
        ].map((name) => [name, "readonly"]),
      ),
    },
  },
  ...layers,
);

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Plugin } from "vite";

/** Returns the npm package of a module. Helpers that the bundler inserts belong to the bundler's package. */
function packageOf(id: string): string | null {
  if (id.startsWith("\0vite/")) return "vite";
  if (id.startsWith("\0rolldown/")) return "rolldown";
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? null;
}

/** Writes the list of packages whose code is in the bundle. Only their licenses apply to what is shipped. */
export function bundledPackages(): Plugin {
  let file = "";
  return {
    name: "twofold-bundled-packages",
    apply: "build",
    configResolved({ root }) {
      file = resolve(root, "../.cache/bundled.json");
    },
    generateBundle(_, bundle) {
      const names = new Set<string>();
      for (const chunk of Object.values(bundle))
        for (const [id, module] of Object.entries(chunk.type === "chunk" ? chunk.modules : {}))
          if (module.renderedLength > 0) names.add(packageOf(id) ?? "");
      names.delete("");
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify([...names].sort(), null, 2)}\n`);
    },
  };
}

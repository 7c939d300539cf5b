import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Plugin } from "vite";

/** The package that a module is of. What the bundler itself adds is of no file, but somebody's all the same. */
function packageOf(id: string): string | null {
  if (id.startsWith("\0vite/")) return "vite";
  if (id.startsWith("\0rolldown/")) return "rolldown";
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? null;
}

/** Writes down of which packages a line is in the page: they are what is shipped, and their licenses what counts. */
export function bundled(): Plugin {
  let file = "";
  return {
    name: "twofold-bundled",
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

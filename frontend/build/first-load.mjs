// Lists the files that the first load of a page waits for: those of the HTML, the messages of one language, and the page with
// its static imports. Files that are loaded later are not counted.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const dist = new URL("../dist/", import.meta.url).pathname;
const assets = join(dist, "assets");
const read = (name) => readFileSync(join(assets, name), "utf8");
const gzipped = (name) => statSync(join(assets, `${name}.gz`)).size;

/** Returns the name of the file that a module was bundled into. */
const fileOf = (module) => {
  const found = readdirSync(assets).filter((name) => name.startsWith(`${module}-`) && name.endsWith(".js"));
  if (found.length === 0) throw new Error(`${module} is not in dist: build the page first.`);
  return found.sort((one, other) => gzipped(other) - gzipped(one))[0];
};

/** Returns a script and its static imports. */
function withImports(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, imported] of read(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
    withImports(imported, seen);
  return seen;
}

const html = readFileSync(join(dist, "index.html"), "utf8");
const fromHtml = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]);

/** Returns the stylesheets of a page, from the dependency list that Vite puts into the entry script. */
function stylesOf(page) {
  const base = read(fromHtml.find((name) => name.endsWith(".js")));
  const [, list] = /__vite__mapDeps=.*?=\[([^\]]*)\]/.exec(base) ?? [];
  const all = (list ?? "").split(",").map((text) => text.slice(1, -1).replace(/^(?:\.\/|assets\/)/, ""));
  const [, numbers] =
    new RegExp(`import\\(["'\`]\\./${page}["'\`]\\).{0,60}?__vite__mapDeps\\(\\[([\\d,]*)\\]`).exec(base) ??
    [];
  return (numbers ?? "")
    .split(",")
    .map((n) => all[n])
    .filter((name) => name?.endsWith(".css"));
}

/** Returns the files of the first load of a page, in the language with the largest messages. */
export function firstLoad(module) {
  const page = fileOf(module);
  const sum = (names) => names.reduce((bytes, name) => bytes + gzipped(name), 0);
  const loads = ["en", "de"].map((language) => [
    ...new Set([...fromHtml, ...withImports(fileOf(language)), ...withImports(page), ...stylesOf(page)]),
  ]);
  return loads.sort((one, other) => sum(other) - sum(one))[0];
}

/** Returns the size of a file in bytes: raw, gzip and brotli. */
export const sizeOf = (name) => ({
  raw: statSync(join(assets, name)).size,
  gz: gzipped(name),
  br: statSync(join(assets, `${name}.br`)).size,
});

// What the page waits for before it is shown: the files of the HTML, the words of one language, and one page with all that
// it imports at once. What it fetches after that, nobody waits for.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const dist = new URL("../dist/", import.meta.url).pathname;
const assets = join(dist, "assets");
const read = (name) => readFileSync(join(assets, name), "utf8");
const gzipped = (name) => statSync(join(assets, `${name}.gz`)).size;

/** The file that a module became. */
const fileOf = (module) => {
  const found = readdirSync(assets).filter((name) => name.startsWith(`${module}-`) && name.endsWith(".js"));
  if (found.length === 0) throw new Error(`${module} is not in dist: build the page first.`);
  return found.sort((one, other) => gzipped(other) - gzipped(one))[0];
};

/** A script with everything that it imports at once. */
function withImports(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const [, imported] of read(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
    withImports(imported, seen);
  return seen;
}

const html = readFileSync(join(dist, "index.html"), "utf8");
const fromHtml = [...html.matchAll(/(?:src|href)="\/assets\/([^"]+\.(?:js|css))"/g)].map((match) => match[1]);

/** The styles that come with a page, by the list that the bundler keeps of them. */
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

/** The names of all files of a first visit, the largest language counted. */
export function visit(module) {
  const page = fileOf(module);
  const sum = (names) => names.reduce((bytes, name) => bytes + gzipped(name), 0);
  const visits = ["en", "de"].map((language) => [
    ...new Set([...fromHtml, ...withImports(fileOf(language)), ...withImports(page), ...stylesOf(page)]),
  ]);
  return visits.sort((one, other) => sum(other) - sum(one))[0];
}

/** Bytes, as they are and as they come over the wire. */
export const sizeOf = (name) => ({
  raw: statSync(join(assets, name)).size,
  gz: gzipped(name),
  br: statSync(join(assets, `${name}.br`)).size,
});

// Adds up what a first visit loads beside the HTML, and fails above the budget.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const budget = 45_000;
const dist = new URL("../dist/", import.meta.url).pathname;
const html = readFileSync(join(dist, "index.html"), "utf8");
const files = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
// One language comes with a first visit: the largest counts.
const catalogues = readdirSync(join(dist, "assets")).filter((name) => /^(?:en|de)-[\w-]+\.js$/.test(name));
const length = (name) => statSync(join(dist, "assets", `${name}.gz`)).size;
catalogues.sort((one, other) => length(other) - length(one));
if (catalogues[0]) files.push(`assets/${catalogues[0]}`);
const total = { raw: 0, gz: 0, br: 0 };
for (const file of files) {
  const path = join(dist, file);
  const size = { raw: statSync(path).size, gz: statSync(`${path}.gz`).size, br: statSync(`${path}.br`).size };
  for (const kind of Object.keys(total)) total[kind] += size[kind];
  console.log(`${file}: ${size.raw} bytes, gzip ${size.gz}, brotli ${size.br}`);
}
console.log(`first load: ${total.raw} bytes, gzip ${total.gz}, brotli ${total.br} (budget: gzip ${budget})`);
if (files.length < 3 || total.gz > budget) {
  console.error(
    files.length < 3 ? "The page or its words are not in dist: build the page first." : "Over the budget.",
  );
  process.exit(1);
}

// Prints the size of the files that the first load of a page needs besides the HTML. It fails above the budget.
import { firstLoad, sizeOf } from "./first-load.mjs";

/** Bytes, gzipped. */
const budget = 45_000;
let exceeded = false;
for (const page of ["SignInPage", "AccountPage"]) {
  const total = { raw: 0, gz: 0, br: 0 };
  for (const name of firstLoad(page)) {
    const size = sizeOf(name);
    for (const kind of Object.keys(total)) total[kind] += size[kind];
    console.log(`  ${name}: ${size.raw} bytes, gzip ${size.gz}, brotli ${size.br}`);
  }
  console.log(`${page}: ${total.raw} bytes, gzip ${total.gz}, brotli ${total.br} (budget: gzip ${budget})`);
  exceeded ||= total.gz > budget;
}
if (exceeded) {
  console.error("The budget is exceeded.");
  process.exit(1);
}

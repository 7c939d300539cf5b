// Adds up what a first visit loads beside the HTML, for each page that people open first, and fails above the budget.
import { sizeOf, visit } from "./visit.mjs";

const budget = 45_000;
let over = false;
for (const page of ["SignInPage", "AccountPage"]) {
  const total = { raw: 0, gz: 0, br: 0 };
  for (const name of visit(page)) {
    const size = sizeOf(name);
    for (const kind of Object.keys(total)) total[kind] += size[kind];
    console.log(`  ${name}: ${size.raw} bytes, gzip ${size.gz}, brotli ${size.br}`);
  }
  console.log(`${page}: ${total.raw} bytes, gzip ${total.gz}, brotli ${total.br} (budget: gzip ${budget})`);
  over ||= total.gz > budget;
}
if (over) {
  console.error("Over the budget.");
  process.exit(1);
}

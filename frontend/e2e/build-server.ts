import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Builds the test server once for all workers, with the page as it is in dist. */
export default function buildServer() {
  if (process.env["TESTSERVER_BIN"]) return;
  if (!existsSync(new URL("../dist/index.html", import.meta.url)))
    throw new Error("The page isn't built yet: run `npm run build` first.");
  const binary = join(mkdtempSync(join(tmpdir(), "twofold-e2e-")), "testserver");
  execFileSync("go", ["build", "-o", binary, "./internal/app/testserver"], {
    cwd: new URL("../..", import.meta.url),
    stdio: "inherit",
  });
  process.env["TESTSERVER_BIN"] = binary;
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasPostgres } from "../build/postgres.mjs";

/** Builds what the journeys are driven against, once for all workers, with the page as it is in dist. */
export default function buildServer() {
  if (process.env["TESTSERVER_BIN"]) return;
  if (!existsSync(new URL("../dist/index.html", import.meta.url)))
    throw new Error("The page isn't built yet: run `npm run build` first.");
  const folder = mkdtempSync(join(tmpdir(), "twofold-e2e-"));
  const build = (setting: string, what: string, ...flags: string[]) => {
    const binary = join(folder, setting.toLowerCase());
    execFileSync("go", ["build", ...flags, "-o", binary, what], {
      cwd: new URL("../..", import.meta.url),
      stdio: "inherit",
    });
    process.env[setting] = binary;
  };
  build("TESTSERVER_BIN", "./internal/test/testserver");
  if (!hasPostgres()) {
    console.warn("Skipped: the journey over several processes. Here is no PostgreSQL.");
    return;
  }
  build("CLUSTER_BIN", "./internal/test/cluster/cmd");
  // As make builds it, which names what it built.
  if (!process.env["PROGRAM_BIN"])
    build("PROGRAM_BIN", ".", "-trimpath", "-buildvcs=false", "-ldflags=-s -w");
}

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasPostgres } from "../build/postgres.mjs";

/** Builds the servers of the journeys once for all workers, with the page that is in dist. */
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
    console.warn("Skipped the journey over several processes, because PostgreSQL is not installed.");
    return;
  }
  build("CLUSTER_BIN", "./internal/test/cluster/cmd");
  // With the flags of `make build`, which sets PROGRAM_BIN to what it built.
  if (!process.env["PROGRAM_BIN"])
    build("PROGRAM_BIN", ".", "-trimpath", "-buildvcs=false", "-ldflags=-s -w");
}

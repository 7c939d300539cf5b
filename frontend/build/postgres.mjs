// Finds PostgreSQL for the end-to-end test with several server processes.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Reports whether PostgreSQL is installed. It throws in CI, which must not skip the test. */
export function hasPostgres() {
  const tools = fileURLToPath(new URL("../../.ci/tools", import.meta.url));
  const found = spawnSync(tools, ["postgres"]).status === 0;
  if (!found && process.env["CI"] === "true")
    throw new Error("PostgreSQL is not installed, and CI must not skip its tests.");
  return found;
}

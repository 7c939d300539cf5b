// The database server of the journeys over several processes.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Reports whether the programs of PostgreSQL are installed. In CI it throws an error if they are not. */
export function hasPostgres() {
  const tools = fileURLToPath(new URL("../../.ci/tools", import.meta.url));
  const found = spawnSync(tools, ["postgres"]).status === 0;
  if (!found && process.env["CI"] === "true")
    throw new Error("PostgreSQL is not installed, and with CI=true nothing may be skipped.");
  return found;
}

// The database server of the journey over several processes.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Are its programs on this machine? CI goes without nothing. */
export function hasPostgres() {
  const tools = fileURLToPath(new URL("../../.ci/tools", import.meta.url));
  const found = spawnSync(tools, ["postgres"]).status === 0;
  if (!found && process.env["CI"] === "true") throw new Error("Here is no PostgreSQL, and CI skips nothing.");
  return found;
}

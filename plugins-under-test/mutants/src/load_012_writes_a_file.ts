// Breaks LOAD-012: writes a file while it is loaded.
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "kalico-hil";

export function loadConfig(_config: Config) {
  writeFileSync(join(tmpdir(), "my-plugin.state"), "loaded\n");
  return {};
}

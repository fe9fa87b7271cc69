/** Copies what the compiler leaves behind: files that are read or published, not imported. Run after tsc. */
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Paths below the root; each keeps its path below dist. */
const ASSETS = ["harness/reporters/result.schema.json"];

for (const asset of ASSETS) {
  const target = join(root, "dist", asset);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(root, asset), target);
}

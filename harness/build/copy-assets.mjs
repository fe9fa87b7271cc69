/** Copies what the compiler leaves behind: files that are read or published, not imported. Run after tsc. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Paths below the root; each keeps its path below dist. */
const ASSETS = ["harness/reporters/result.schema.json", "harness/report/page/style.css", "host/plugins/python/kalico-members.json", ...pythonFiles("host/plugins/python/shim"), ...pythonFiles("harness/python")];

/** Python sources below a folder. */
function pythonFiles(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".py"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Where the compiler wrote to. */
const out = process.argv[2] ?? join(root, "dist");

for (const asset of ASSETS) {
  const target = join(out, asset);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(root, asset), target);
}

// Front ends show `docs` and `config` of the folder that `info` names as klipper_path, and warn where they are missing.
cpSync(join(root, "docs"), join(out, "docs"), { recursive: true });
mkdirSync(join(out, "config"), { recursive: true });
for (const plugin of readdirSync(join(root, "plugins-under-test"))) {
  const example = join(root, "plugins-under-test", plugin, "printer.cfg");
  if (existsSync(example)) copyFileSync(example, join(out, "config", `${plugin}.cfg`));
}

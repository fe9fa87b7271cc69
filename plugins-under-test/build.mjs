/** Builds every plugin: PACKAGE/src/x.ts → PACKAGE/dist/x.js and .d.ts; a .cfg, .gcode or .profile.json beside a source goes along. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const here = dirname(fileURLToPath(import.meta.url));
const packages = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, "src"))).map((entry) => entry.name);
const sources = [];
for (const name of packages) {
  rmSync(join(here, name, "dist"), { recursive: true, force: true });
  mkdirSync(join(here, name, "dist"), { recursive: true });
  for (const file of readdirSync(join(here, name, "src"))) {
    if (file.endsWith(".ts")) sources.push(join(here, name, "src", file));
    else copyFileSync(join(here, name, "src", file), join(here, name, "dist", file));
  }
}
const program = ts.createProgram(sources, {
  target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true, declaration: true, skipLibCheck: true, noLib: false, types: ["node"], rootDir: join(here, ".."),
  paths: { "kalico-hil": [join(here, "..", "dist", "host", "plugins", "plugin-api.d.ts")] },
});
const wanted = new Set(sources.map((s) => s.replace(/\.ts$/, "")));
const problems = ts.getPreEmitDiagnostics(program).filter((d) => d.file === undefined || sources.includes(d.file.fileName));
for (const d of problems) {
  const at = d.file === undefined ? "" : `${d.file.fileName}:${d.file.getLineAndCharacterOfPosition(d.start ?? 0).line + 1}: `;
  console.error(`${at}${ts.flattenDiagnosticMessageText(d.messageText, "\n")}`);
}
program.emit(undefined, (fileName, text) => {
  if (!wanted.has(fileName.replace(/(\.d\.ts|\.js)$/, ""))) return;
  writeFileSync(fileName.replace(/\/src\/([^/]+)$/, "/dist/$1"), text);
});
process.exit(problems.length > 0 ? 1 : 0);

/** PKG: the package itself. */
import { judged, notApplicable, type Rule } from "../rule.js";

const REMEDY = {
  exports: 'let "exports" (or "main") and every path of "kalico.plugins" in package.json point to files that are shipped',
  types: 'ship type declarations and name them under "types" in package.json',
  "install-script": "remove the preinstall/install/postinstall script: a plugin is installed on printers, often as root",
  entry: 'name the plugin in package.json: "kalico": {"plugins": {"my_plugin": "./dist/my-plugin.js"}}',
} as const;

export const packageRules: readonly Rule[] = [
  {
    id: "PKG-017",
    title: "TypeScript package resolves, ships types, has no install scripts",
    level: "MUST",
    severity: "S2",
    requirement: "The package's exports and plugin entry points must resolve to shipped files, with type declarations, and it must not run scripts when it is installed.",
    source: "contract of TypeScript plugins (README, package.json#kalico)",
    judge: ({ plugin }) =>
      plugin.form === "file" || plugin.language === "python"
        ? notApplicable(plugin.language === "python" ? "the plugin is written in Python" : "a single file has no package.json")
        : judged(`package.json of ${plugin.name} ${plugin.version}`, plugin.manifestProblems.map((problem) => ({
            message: `package.json: ${problem.detail}`,
            remedy: REMEDY[problem.what],
            place: { file: "package.json" },
          }))),
  },
];

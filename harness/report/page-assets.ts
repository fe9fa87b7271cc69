/** Script and style of the report's page, and the plot library, as text to be put into it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

/** In the order in which they stand in the page: each uses only what is before it. */
const SCRIPTS = ["page-data", "series-table", "plot", "pictures", "rule-list", "main"];

/** The compiled page lies beside this file in dist; from the sources it is looked for there. */
function pageFile(name: string): string {
  const beside = fileURLToPath(new URL(`./page/${name}`, import.meta.url));
  if (existsSync(beside)) return beside;
  const built = fileURLToPath(new URL(`../../dist/harness/report/page/${name}`, import.meta.url));
  if (existsSync(built)) return built;
  throw new Error(`The report's page is not built ("${built}" is missing): run "npm run build"`);
}

/** One script out of the modules: imports among them fall away, since they stand one after the other. */
function pageScript(): string {
  const modules = SCRIPTS.map((name) => readFileSync(pageFile(`${name}.js`), "utf8")
    .replace(/^import .*;$/gm, "").replace(/^export (?=(?:async )?(?:function|const|class))/gm, "").replace(/^export \{\};?$/gm, "").replace(/^\/\/# sourceMappingURL=.*$/gm, ""));
  return `(() => {\n"use strict";\n${modules.join("\n")}\n})();`;
}

/** An end tag of script cannot stand in a script. */
const forScript = (text: string): string => text.replace(/<\/(script)/gi, "<\\/$1");

export interface PageAssets {
  style: string;
  script: string;
  /** With the licence of the library in its first comment. */
  plotLibrary: string;
}

export function pageAssets(): PageAssets {
  return {
    style: `${readFileSync(require.resolve("uplot/dist/uPlot.min.css"), "utf8")}\n${readFileSync(pageFile("style.css"), "utf8")}`,
    script: forScript(pageScript()),
    plotLibrary: `/* uPlot, https://github.com/leeoniya/uPlot, MIT License, Copyright (c) Leon Sorokin */\n${forScript(readFileSync(require.resolve("uplot/dist/uPlot.iife.min.js"), "utf8"))}`,
  };
}

/** Files of a new TypeScript plugin that is certified as it stands: path → text. */
import { reportSteps, WORKFLOW_HEAD, type PluginNames } from "./plugin-names.js";

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** @param harness what package.json installs the harness from */
export function typescriptFiles(names: PluginNames, harness: string): Record<string, string> {
  const { section, module, className, command } = names;
  return {
    "package.json": json({
      name: names.package, version: "0.1.0", description: `Keeps notes in [${section}], a plugin for Kalico`, license: "GPL-3.0-or-later", type: "module",
      exports: { ".": { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` } }, files: ["dist", "README.md", "printer.cfg"],
      kalico: { plugins: { [section]: `./dist/${module}.js` } },
      scripts: { build: "tsc", test: "tsc && vitest run", certify: "tsc && kalico-hil certify ." },
      devDependencies: { "kalico-hil": harness, typescript: "^5.9.0", vitest: "^4.0.0" },
    }),
    "tsconfig.json": json({ compilerOptions: { target: "ES2022", module: "NodeNext", strict: true, declaration: true, sourceMap: true, skipLibCheck: true, rootDir: "src", outDir: "dist" }, include: ["src"] }),
    [`src/${module}.ts`]: `/** Keeps a note for the printer and counts how often it was changed. */
import type { Config, GCode, GCodeCommand, Printer, Timer } from "kalico-hil";

class ${className} {
  private readonly printer: Printer;
  private readonly interval: number;
  private note: string;
  private changes = 0;
  private ticks = 0;
  private timer: Timer | undefined;

  constructor(config: Config) {
    this.printer = config.getPrinter();
    this.note = config.get("note", { default: "" });
    this.interval = config.getFloat("interval", { default: 60, minval: 1 });
    if (!Number.isFinite(this.interval)) throw config.error("Option 'interval' in section '${section}' must be a finite number");
    const gcode = this.printer.lookupObject<GCode>("gcode");
    gcode.registerCommand("${command}", (gcmd) => this.cmdNote(gcmd), { desc: "Sets or shows the note" });
    this.printer.registerEventHandler("klippy:ready", () => this.start());
    this.printer.registerEventHandler("klippy:disconnect", () => this.stop());
  }

  private cmdNote(gcmd: GCodeCommand): void {
    const text = gcmd.get("TEXT", { default: "" });
    if (text !== "") {
      this.note = text;
      this.changes += 1;
    }
    gcmd.respondInfo(\`note: \${this.note}\`);
  }

  private start(): void {
    const reactor = this.printer.getReactor();
    this.timer = reactor.registerTimer((eventTime) => this.tick(eventTime), reactor.monotonic() + this.interval);
  }

  private stop(): void {
    if (this.timer !== undefined) this.printer.getReactor().unregisterTimer(this.timer);
    this.timer = undefined;
  }

  private tick(eventTime: number): number {
    this.ticks += 1;
    return eventTime + this.interval;
  }

  getStatus(_eventTime?: number): { note: string; changes: number; ticks: number } {
    return { note: this.note, changes: this.changes, ticks: this.ticks };
  }
}

export function loadConfig(config: Config): ${className} {
  return new ${className}(config);
}
`,
    [`test/conformance.test.ts`]: `import { describeConformance } from "kalico-hil/vitest";\n\ndescribeConformance(".");\n`,
    "printer.cfg": `[${section}]\nnote: first layer looks good\ninterval: 5\n`,
    "exercise.gcode": `${command}\n${command} TEXT=hello\n`,
    ".gitignore": "node_modules\ndist\ncounter-examples\nkalico-report\n",
    ".github/workflows/kalico.yml": githubWorkflow(),
    "README.md": `# ${names.package}

Keeps a note for the printer, for [Kalico](https://github.com/KalicoCrew/kalico).

## Install

\`\`\`sh
npm install ${names.package}
\`\`\`

## Configure

\`\`\`ini
[${section}]
note: first layer looks good
#   The note at the start. Default: empty.
interval: 60
#   Seconds between two counts, at least 1. Default: 60.
\`\`\`

## Commands

- \`${command} [TEXT=<text>]\`: sets the note, and shows it.

## Status

\`printer.${section}\` has \`note\` (text), \`changes\` (how often it was set) and \`ticks\` (intervals since the start).

## Develop

\`npm run build\` compiles, \`npm run certify\` certifies, \`npm test\` runs each rule as a test.
`,
  };
}

/** The workflow that certifies at every push: builds the plugin, then certifies it. */
export const githubWorkflow = (): string => `${WORKFLOW_HEAD}      - run: npm ci
      - run: npm run build
${reportSteps("npx kalico-hil")}`;

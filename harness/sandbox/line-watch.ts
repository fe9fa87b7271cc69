/**
 * Which lines of a plugin's JavaScript ran, by V8's own block coverage, read over an inspector session in the same process. The
 * instrumented text has the author's lines, so offsets of V8 lead to them.
 */
import { readFileSync } from "node:fs";
import { Session, type Profiler } from "node:inspector";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, type Node } from "acorn";
import { full } from "acorn-walk";
import { instrument } from "./instrument.js";

interface KnownFile { /** Lines that can run, and the offset of the first sign of each in the instrumented text. */ lines: Map<number, number>; ran: Set<number> }

export class LineWatch {
  readonly #session = new Session();
  readonly #root: string;
  readonly #name: (path: string) => string;
  readonly #files = new Map<string, KnownFile | undefined>();

  /** @param root directory or single file of the plugin; make it before the plugin is imported */
  constructor(root: string) {
    this.#root = root;
    this.#name = (path) => (path === root ? path.slice(path.lastIndexOf(sep) + 1) : relative(root, path).split(sep).join("/"));
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Lines that can run, of every file that was imported so far. */
  codeLines(): Record<string, number[]> {
    this.#take();
    return this.#byFile((file) => [...file.lines.keys()]);
  }

  linesRun(): Record<string, number[]> {
    this.#take();
    return this.#byFile((file) => [...file.ran]);
  }

  #byFile(lines: (file: KnownFile) => number[]): Record<string, number[]> {
    return Object.fromEntries([...this.#files].flatMap(([path, file]) => (file === undefined ? [] : [[this.#name(path), lines(file).sort((a, b) => a - b)]])));
  }

  /** V8 tells what ran since it was last asked; what ran before stays. */
  #take(): void {
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error !== null) return;
      for (const script of answer.result) {
        if (!script.url.startsWith("file:")) continue;
        const path = fileURLToPath(script.url.replace(/[?#].*$/, ""));
        if (path !== this.#root && !(path.startsWith(this.#root.endsWith(sep) ? this.#root : this.#root + sep) && !path.slice(this.#root.length).includes(`${sep}node_modules${sep}`))) continue;
        if (!this.#files.has(path)) this.#files.set(path, codeOf(path));
        const file = this.#files.get(path);
        if (file !== undefined) note(file, script.functions);
      }
    });
  }
}

/** A line ran when the innermost range round its first sign was counted. */
function note(file: KnownFile, functions: readonly Profiler.FunctionCoverage[]): void {
  const ranges = functions.flatMap((f) => f.ranges);
  for (const [line, offset] of file.lines) {
    if (file.ran.has(line)) continue;
    let inner: Profiler.CoverageRange | undefined;
    for (const range of ranges) if (range.startOffset <= offset && offset < range.endOffset && (inner === undefined || range.endOffset - range.startOffset <= inner.endOffset - inner.startOffset)) inner = range;
    if (inner !== undefined && inner.count > 0) file.ran.add(line);
  }
}

/** Statements that only declare: nothing of them runs. */
const IDLE = new Set(["FunctionDeclaration", "ImportDeclaration", "ExportAllDeclaration", "ExportNamedDeclaration", "ExportDefaultDeclaration", "BlockStatement", "EmptyStatement", "ClassDeclaration"]);

/** Lines on which a statement begins; undefined for what cannot be parsed. */
function codeOf(path: string): KnownFile | undefined {
  try {
    const source = readFileSync(path, "utf8");
    const numbers = new Set<number>();
    const tree = parse(source, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true, allowReturnOutsideFunction: true, locations: true });
    full(tree, (node: Node) => { if (/(Statement|Declaration)$/.test(node.type) && !IDLE.has(node.type) && node.loc) numbers.add(node.loc.start.line); });
    const lines = new Map<number, number>();
    let offset = 0;
    instrument(source).split("\n").forEach((text, i) => {
      if (numbers.has(i + 1)) lines.set(i + 1, offset + Math.max(0, text.search(/\S/)));
      offset += text.length + 1;
    });
    return { lines, ran: new Set() };
  } catch {
    return undefined;
  }
}

/**
 * Leads findings from compiled JavaScript back to the line that the author wrote: by the source map that lies beside the module.
 * Without one, or for other languages, a place stays what it is.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { SourcePlace } from "../../conformance/evidence.js";
import type { RuleResult } from "../../conformance/rule.js";

interface MapFile { sources: string[]; sourceRoot?: string }

export class SourceLines {
  readonly #root: string;
  readonly #maps = new Map<string, { map: SourceMap; lines: string[]; file: MapFile } | undefined>();

  /** @param path directory or single file of the plugin */
  constructor(path: string) {
    this.#root = existsSync(path) && statSync(path).isFile() ? dirname(path) : path;
  }

  place(place: SourcePlace): SourcePlace {
    if (place.line === undefined || !/\.[cm]?js$/.test(place.file)) return place;
    const compiled = resolve(this.#root, place.file);
    const known = this.#read(compiled);
    const text = known?.lines[place.line - 1];
    if (known === undefined || text === undefined) return place;
    const entry = known.map.findEntry(place.line - 1, Math.max(0, text.search(/\S/)));
    if (!("originalLine" in entry) || entry.originalSource === undefined) return place;
    const source = resolve(dirname(compiled), known.file.sourceRoot ?? "", entry.originalSource.replace(/^file:\/\//, ""));
    const file = relative(this.#root, source).split(sep).join("/");
    return existsSync(source) && !file.startsWith("..") ? { file, line: entry.originalLine + 1 } : place;
  }

  /** Numbers of lines by file, those of compiled files as the author's. */
  lines(byFile: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
    const found = new Map<string, Set<number>>();
    for (const [file, numbers] of Object.entries(byFile)) {
      for (const number of numbers) {
        const { file: to, line } = this.place({ file, line: number });
        const set = found.get(to) ?? new Set();
        found.set(to, set.add(line!));
      }
    }
    return Object.fromEntries([...found].map(([file, set]) => [file, [...set].sort((a, b) => a - b)]));
  }

  results(results: readonly RuleResult[]): RuleResult[] {
    return results.map((result) => ({ ...result, findings: result.findings.map((f) => (f.place === undefined ? f : { ...f, place: this.place(f.place) })) }));
  }

  #read(compiled: string): { map: SourceMap; lines: string[]; file: MapFile } | undefined {
    if (this.#maps.has(compiled)) return this.#maps.get(compiled);
    let found: { map: SourceMap; lines: string[]; file: MapFile } | undefined;
    try {
      const text = readFileSync(compiled, "utf8");
      const url = /^\/\/# sourceMappingURL=(\S+)\s*$/m.exec(text)?.[1];
      if (url !== undefined) {
        const inline = /^data:application\/json[^,]*;base64,(.*)$/.exec(url)?.[1];
        const file = JSON.parse(inline === undefined ? readFileSync(join(dirname(compiled), url), "utf8") : Buffer.from(inline, "base64").toString("utf8")) as MapFile;
        found = { map: new SourceMap(file as unknown as ConstructorParameters<typeof SourceMap>[0]), lines: text.split("\n"), file };
      }
    } catch {
      // No map, or one that cannot be read: the place in the compiled file stands.
    }
    this.#maps.set(compiled, found);
    return found;
  }
}

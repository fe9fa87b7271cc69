/** The directory of `[virtual_sdcard]`: which files it has (names relative to it, sizes in bytes), and which one a name means. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const GCODE_EXTENSIONS: readonly string[] = ["gcode", "g", "gco"];

export type ListedFile = readonly [name: string, size: number];

export class SdcardDirectory {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Files right below, of any kind, hidden ones left out; in the order of their names without regard to case. @throws the system's error */
  topFiles(): ListedFile[] {
    const names = sortByKey(readdirSync(this.path), (name) => name);
    const sized = names.map((name) => [name, statSync(join(this.path, name))] as const);
    return sized.filter(([name, stat]) => !name.startsWith(".") && stat.isFile()).map(([name, stat]) => [name, stat.size]);
  }

  /** G-code files of all depths, in the order of their paths without regard to case. What cannot be read is left out. */
  allGcodeFiles(): ListedFile[] {
    return sortByKey([...this.#below("")], ([name]) => name);
  }

  *#below(folder: string): Generator<ListedFile> {
    for (const entry of this.#namesIn(folder)) {
      const name = folder === "" ? entry : `${folder}/${entry}`;
      const stat = statSync(join(this.path, name), { throwIfNoEntry: false });
      if (stat === undefined) continue;
      if (stat.isDirectory()) yield* this.#below(name);
      else if (GCODE_EXTENSIONS.includes(entry.slice(entry.lastIndexOf(".") + 1))) yield [name, stat.size];
    }
  }

  #namesIn(folder: string): string[] {
    try {
      return readdirSync(join(this.path, folder)).sort();
    } catch {
      return [];
    }
  }
}

/** The one of `names` that is meant: the same, or the last that is the same without regard to case. */
export function meantFile(names: readonly string[], wanted: string): string | undefined {
  return names.includes(wanted) ? wanted : names.findLast((name) => name.toLowerCase() === wanted.toLowerCase());
}

/** Sorted without regard to case. */
function sortByKey<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...items].sort((a, b) => {
    const left = key(a).toLowerCase();
    const right = key(b).toLowerCase();
    return left < right ? -1 : left > right ? 1 : 0;
  });
}

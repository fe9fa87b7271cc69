/**
 * From files to a ConfigParser: includes are expanded in place, and the SAVE_CONFIG block at the end of the
 * main file is told apart from what the user wrote. File name in, ConfigParser out.
 */
import { resolve } from "node:path";
import { ConfigError } from "../errors.js";
import { directoryOf, globPaths, hasMagic, joinPath, readText, type ConfigFs } from "./config-files.js";
import { AccessTracking, ConfigParser, sectionHeader, type ConfigMode } from "./config-parser.js";
import { pyIsSpace, pyRstrip, pyStrip } from "./python-text.js";

/** First lines of the part of the main file that SAVE_CONFIG owns. */
export const AUTOSAVE_HEADER = `
#*# <---------------------- SAVE_CONFIG ---------------------->
#*# DO NOT EDIT THIS BLOCK OR BELOW. The contents are auto-generated.
#*#
`;

type Warn = (message: string) => void;

/** Cuts a comment that starts anywhere with `#`, as Kalico does before it parses. */
function withoutHash(line: string): string {
  const at = line.indexOf("#");
  return at < 0 ? line : line.slice(0, at);
}

/** The pattern of an `[include …]` line. */
export function includeSpec(line: string): string | undefined {
  const header = sectionHeader(withoutHash(line));
  return header?.startsWith("include ") === true ? pyStrip(header.slice(8)) : undefined;
}

/** Reads configuration files. */
export class ConfigReader {
  readonly files: ConfigFs;
  readonly mode: ConfigMode;
  readonly #warn: Warn;

  constructor(files: ConfigFs, warn: Warn, mode: ConfigMode = "kalico") {
    this.files = files;
    this.mode = mode;
    this.#warn = warn;
  }

  /** @throws ConfigError when the file cannot be read */
  readFile(filename: string): string {
    try {
      return readText(this.files, filename);
    } catch {
      throw new ConfigError(`Unable to open config file ${filename}`, { file: filename });
    }
  }

  /** Parses text as if it stood in `filename`. @throws ConfigError */
  parse(data: string, filename: string, tracking = new AccessTracking()): ConfigParser {
    const parser = new ConfigParser(tracking, this.mode);
    this.#parseInto(parser, data, filename, new Set());
    return parser;
  }

  #parseInto(parser: ConfigParser, data: string, filename: string, visited: Set<string>): void {
    const path = resolve(filename);
    if (visited.has(path)) throw new ConfigError(`Recursive include of config file '${filename}'`, { file: filename });
    visited.add(path);
    let buffer: string[] = [];
    let firstLine = 1;
    const flush = (nextLine: number): void => {
      if (buffer.length > 0) parser.read(buffer.join("\n"), filename, firstLine);
      buffer = [];
      firstLine = nextLine;
    };
    data.split("\n").forEach((line, index) => {
      const spec = includeSpec(line);
      if (spec === undefined) {
        buffer.push(this.#expandFileReferences(withoutHash(line), filename));
        return;
      }
      flush(index + 2);
      for (const included of this.includeFiles(filename, spec, index + 1)) {
        this.#parseInto(parser, this.readFile(included), included, visited);
      }
    });
    flush(0);
    visited.delete(path);
  }

  /** Files that an include names. @throws ConfigError when a plain name does not exist */
  includeFiles(source: string, spec: string, line?: number): string[] {
    const pattern = joinPath(directoryOf(source), spec);
    const found = globPaths(this.files, pattern);
    if (found.length === 0 && !hasMagic(pattern)) {
      throw new ConfigError(`Include file '${pattern}' does not exist`, { file: source, line });
    }
    return found;
  }

  /** `!!include file` in a value becomes an absolute path. */
  #expandFileReferences(line: string, filename: string): string {
    return line.replace(/!!include (.*)/, (_all, name: string) => {
      const path = joinPath(resolve(directoryOf(filename)), name).replace(/\/(?:\.?\/)+/g, "/");
      let isFile = false;
      try {
        isFile = this.files.statSync(path).isFile();
      } catch {
        // Not there.
      }
      if (!isFile) throw new ConfigError(`Attempted to include non-existent file ${path}`, { file: filename });
      return `!!include ${path}`;
    });
  }

  /** [what the user wrote, what SAVE_CONFIG wrote without its prefixes]. A damaged block counts as the user's. */
  splitAutosave(data: string): [string, string] {
    const at = data.indexOf(AUTOSAVE_HEADER);
    const regular = at < 0 ? data : data.slice(0, at);
    const block = at < 0 ? "" : pyStrip(data.slice(at + AUTOSAVE_HEADER.length));
    if (regular.includes("\n#*# ")) {
      this.#warn("Can't read autosave from config file - autosave state corrupted");
      return [data, ""];
    }
    const out = [""];
    for (const line of block.split("\n")) {
      const foreign = !line.startsWith("#*#") || (line.length >= 4 && !line.startsWith("#*# "));
      if (foreign && block !== "") {
        this.#warn("Can't read autosave from config file - modifications after header");
        return [data, ""];
      }
      out.push(line.slice(4));
    }
    out.push("");
    return [regular, out.join("\n")];
  }

  /** The main file with its includes: [all of it, what SAVE_CONFIG wrote and nothing else overrides]. @throws ConfigError */
  parseMain(filename: string): [ConfigParser, ConfigParser] {
    const [regular, block] = this.splitAutosave(this.readFile(filename));
    const autosave = this.stripDuplicates(block, this.parse(regular, filename));
    return [this.parse(regular + autosave, filename), this.parse(autosave, filename)];
  }

  /** Comments out the options in `data` that `config` has. */
  stripDuplicates(data: string, config: ConfigParser): string {
    const lines = data.split("\n");
    let section = "";
    let isDuplicate = false;
    lines.forEach((line, index) => {
      const pruned = pyRstrip(line.replace(/[#;].*$/, ""));
      if (pruned === "") return;
      if (pyIsSpace(pruned[0]!)) {
        if (isDuplicate) lines[index] = `#${line}`;
        return;
      }
      isDuplicate = false;
      if (pruned.startsWith("[")) {
        section = pyStrip(pruned.slice(1, -1));
        return;
      }
      if (config.hasOption(section, pruned.replace(/[^A-Za-z0-9_].*$/, ""))) {
        isDuplicate = true;
        lines[index] = `#${line}`;
      }
    });
    return lines.join("\n");
  }
}

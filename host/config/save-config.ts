/**
 * The command SAVE_CONFIG: writes the values that modules have set into the block at the end of the main
 * file, keeps a dated copy of every file that it changes, and asks for a restart. Each file is replaced in
 * one step, so power may fail at any time.
 */
import { ConfigError, type CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { directoryOf, ensureDirectory, joinPath, writeTextAtomically } from "./config-files.js";
import type { ConfigParser } from "./config-parser.js";
import { AUTOSAVE_HEADER, includeSpec, type ConfigReader } from "./config-reader.js";
import { pyRstrip, pyStrip } from "./python-text.js";

/** What the command needs of the object `configfile`. */
export interface AutosaveSource {
  readonly printer: Printer;
  readonly reader: ConfigReader;
  readonly autosave: ConfigParser | undefined;
  saveConfigPending: boolean;
}

interface RestartParameter {
  getInt(name: string, options: { default: number; minval: number; maxval: number }): number;
}

interface GcodeForSave {
  requestRestart(result: string): void | Promise<void>;
  respondInfo(message: string): void;
}

/** Runs SAVE_CONFIG. @throws CommandError when a file cannot be read, conflicts or cannot be written */
export async function saveConfig(source: AutosaveSource, gcmd: RestartParameter): Promise<void> {
  const { printer, reader, autosave } = source;
  if (autosave === undefined || autosave.sections().length === 0) return;
  const gcode: GcodeForSave = printer.lookupObject("gcode");
  const block = pyStrip(autosave.write()).split("\n").map((line) => pyStrip(`#*# ${line}`));
  const autosaveText = [`\n${pyRstrip(AUTOSAVE_HEADER)}`, ...block, ""].join("\n");
  const filename = printer.getStartArgs().config_file;
  let data: string;
  let regular: string;
  try {
    data = reader.readFile(filename);
    [regular] = reader.splitAutosave(data);
    reader.parse(regular, filename);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const message = "Unable to parse existing config on SAVE_CONFIG";
    printer.log("error", message, error);
    throw printer.commandError(message);
  }
  regular = reader.stripDuplicates(regular, autosave);
  const danger = printer.lookupObject<{ autosaveIncludes?: boolean } | null>("danger_options", null);
  if (danger?.autosaveIncludes === true) saveIncludes(source, autosave, filename, data, new Set());
  const conflict = findIncludeConflict(printer, reader, autosave, regular, filename);
  if (conflict !== undefined) throw conflict;
  replaceWithBackup(source, filename, pyRstrip(regular) + autosaveText);
  if (gcmd.getInt("RESTART", { default: 1, minval: 0, maxval: 1 }) !== 0) {
    await gcode.requestRestart("restart");
  } else {
    source.saveConfigPending = false;
    gcode.respondInfo("Config update without restart successful");
  }
}

/** A value that an included file also has, but differently. */
function findIncludeConflict(
  printer: Printer, reader: ConfigReader, autosave: ConfigParser, regular: string, filename: string,
): CommandError | undefined {
  const config = reader.parse(regular, filename);
  for (const section of autosave.sections()) {
    for (const option of autosave.options(section)) {
      if (!config.hasOption(section, option)) continue;
      const included = config.get(section, option);
      const saved = autosave.get(section, option);
      if (included === saved) continue;
      return printer.commandError(
        `SAVE_CONFIG section '${section}' option '${option}' value '${saved}' conflicts with included value '${included}' `,
      );
    }
  }
  return undefined;
}

/** Comments out, in included files, what the SAVE_CONFIG block now holds. */
function saveIncludes(source: AutosaveSource, autosave: ConfigParser, filename: string, data: string, visited: Set<string>): void {
  if (visited.has(filename)) return;
  visited.add(filename);
  for (const line of data.split("\n")) {
    const spec = includeSpec(line);
    if (spec === undefined) continue;
    for (const included of source.reader.includeFiles(filename, spec)) {
      const before = source.reader.readFile(included);
      saveIncludes(source, autosave, included, before, visited);
      const after = source.reader.stripDuplicates(before, autosave);
      if (after !== before) replaceWithBackup(source, included, after);
    }
  }
}

function replaceWithBackup({ printer, reader }: AutosaveSource, path: string, text: string): void {
  const directory = joinPath(directoryOf(printer.getStartArgs().config_file), "config_backups");
  const name = path.slice(path.lastIndexOf("/") + 1);
  const stamp = dateStamp(printer);
  const backup = `${directory}/${name.endsWith(".cfg") ? `${name.slice(0, -4)}${stamp}.cfg` : `${name}${stamp}`}`;
  printer.log("info", `SAVE_CONFIG to '${path}' (backup in '${backup}')`);
  try {
    ensureDirectory(reader.files, directory);
    writeTextAtomically(reader.files, backup, reader.readFile(path));
    writeTextAtomically(reader.files, path, text);
  } catch (error) {
    const message = "Unable to write config file during SAVE_CONFIG";
    printer.log("error", message, error);
    throw printer.commandError(message);
  }
}

/** `-YYYYMMDD_HHMMSS` in UTC. */
function dateStamp(printer: Printer): string {
  const seconds = printer.getStartArgs().wallTime?.() ?? printer.getReactor().monotonic();
  const iso = new Date(Math.floor(seconds) * 1000).toISOString();
  return `-${iso.slice(0, 10).replaceAll("-", "")}_${iso.slice(11, 19).replaceAll(":", "")}`;
}

/** A configuration from text instead of files: for tests of modules, and for probing a plugin's options. */
import { diskFiles } from "./config-files.js";
import type { ConfigMode } from "./config-parser.js";
import { ConfigReader } from "./config-reader.js";
import { ConfigSection } from "./config-section.js";
import type { Printer } from "../printer/printer-surface.js";

/** Parses `text`; the section handed back is `[section]` of it (which need not exist). @throws ConfigError */
export function configFromText(printer: Printer, text: string, section = "printer", mode: ConfigMode = "kalico"): ConfigSection {
  const parser = new ConfigReader(diskFiles, () => undefined, mode).parse(text, "printer.cfg");
  return new ConfigSection(printer, parser, section, mode);
}

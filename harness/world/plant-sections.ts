/**
 * The configuration as the plant sees it: path of printer.cfg in, options by section out, with includes followed and the SAVE_CONFIG
 * block merged as the host does it. A configuration that the host will refuse gives what can be read of it: the refusal is the
 * host's to tell.
 */
import * as fs from "node:fs";
import { ConfigReader } from "../../host/config/config-reader.js";
import { parseSections } from "../../conformance/arbitraries/config-text.js";

export type PlantSections = Record<string, Record<string, string>>;

/** @throws what node:fs throws when the file itself cannot be read */
export function readPlantSections(configFile: string): PlantSections {
  try {
    const [parser] = new ConfigReader(fs, () => undefined).parseMain(configFile);
    return Object.fromEntries(parser.sections().map((name) => [
      name, Object.fromEntries(parser.options(name).map((option) => [option, parser.get(name, option)])),
    ]));
  } catch {
    return Object.fromEntries(parseSections(fs.readFileSync(configFile, "utf8")).map((s) => [s.name, Object.fromEntries(s.options)]));
  }
}

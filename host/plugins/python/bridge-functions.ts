/**
 * Functions that the Python side calls by name, for what is no method of a host object: members that are
 * declared nowhere, replaced members, live dictionaries, the parsed configuration file, the log.
 */
import { defineHardwareFunctions } from "./bridge-functions-hardware.js";
import { defineSoftwareFunctions } from "./bridge-functions-software.js";
import { membraneOf } from "../membrane.js";
import type { PythonBridge } from "./bridge.js";
import { KALICO_COMMIT, kalicoHas } from "./kalico-members.js";

/** What a harness is told. */
export interface BridgeReports {
  /** A plugin asked for a member that is not here; `inKalico`: whether Kalico has it, as far as known. */
  onMissing?(object: string, member: string, inKalico: boolean | undefined): void;
  /** A plugin replaced, added or deleted a member of a host object. */
  onWritten?(object: string, member: string): void;
  onLog?(level: string, text: string): void;
}

interface FileConfig {
  hasSection(section: string): boolean;
  hasOption(section: string, option: string): boolean;
  sections(): string[];
  options(section: string): string[];
  get(section: string, option: string): string;
  set(section: string, option: string, value: string): void;
  addSection(section: string): void;
  removeSection(section: string): boolean;
  removeOption(section: string, option: string): boolean;
  readonly tracking: { set(section: string, option: string, value: unknown): void };
}

/** The sentence for a member that a plugin asked for in vain. */
export function missingMessage(object: string, member: string, inKalico: boolean | undefined): string {
  return inKalico === false ? `uses ${object}.${member}: not in Kalico ${KALICO_COMMIT}` : `uses ${object}.${member}: not offered by this host yet`;
}

/** Makes the functions known to a bridge. */
export function defineBridgeFunctions(bridge: PythonBridge, reports: BridgeReports): void {
  bridge.define("missing", (object: object, className: string, name: string, member: string, onlyAsked: boolean) => {
    const inKalico = kalicoHas(className, name);
    if (inKalico !== false && Reflect.has(object, member)) {
      const value: unknown = Reflect.get(object, member);
      return typeof value === "function" ? { kind: "method", member } : { kind: "value", value };
    }
    // A plugin that looks whether there is a member that Kalico lacks knows what it does.
    if (!onlyAsked || inKalico !== false) reports.onMissing?.(className.split(".").at(-1)!, name, inKalico);
    return inKalico === true ? { kind: "not offered" } : null;
  });
  bridge.define("written", (object: object, className: string, name: string, member: string, value: unknown) => {
    reports.onWritten?.(className.split(".").at(-1)!, name);
    if (member !== "" && Reflect.has(object, member)) Reflect.set(object, member, value);
  });
  // An object of the plugin's own class, derived from one of the host's: its members are the plugin's to set.
  bridge.define("setOwn", (object: object, member: string, value: unknown) => {
    const membrane = membraneOf(object);
    Reflect.set(membrane?.unwrap(object) ?? object, member, membrane?.unwrap(value) ?? value);
  });
  bridge.define("keysOf", (map: Map<unknown, unknown>) => [...map.keys()]);
  bridge.define("hasOption", (config: { fileconfig: FileConfig; section: string }, option: string) => config.fileconfig.hasOption(config.section, option));
  bridge.define("fileconfig", (file: FileConfig, what: string, section: string, option: string, value: string) => {
    switch (what) {
      case "has_section": return file.hasSection(section);
      case "has_option": return file.hasOption(section, option);
      case "sections": return file.sections();
      case "options": return file.options(section);
      case "get": return file.hasOption(section, option) ? file.get(section, option) : null;
      case "set": return file.set(section, option, value);
      case "add_section": return file.addSection(section);
      case "remove_option": return file.removeOption(section, option);
      case "note_access": return file.tracking.set(section, option, value);
      case "remove_section": return file.removeSection(section);
      default: throw new Error(`Not offered by this host yet: fileconfig.${what}`);
    }
  });
  defineHardwareFunctions(bridge);
  defineSoftwareFunctions(bridge);
  bridge.define("log", (level: string, text: string) => reports.onLog?.(level, text));
}

/** Section `[respond]`: RESPOND and M118 send messages to whoever reads the printer's answers. */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";

const PREFIXES: Readonly<Record<string, string>> = { echo: "echo:", command: "//", error: "!!" };
const PREFIXES_NO_SPACE: Readonly<Record<string, string>> = { echo_no_space: "echo:" };

export class Respond {
  readonly defaultPrefix: string;

  constructor(config: ConfigSection) {
    const prefix = config.getChoice("default_type", PREFIXES, { default: "echo" });
    this.defaultPrefix = config.get("default_prefix", { default: prefix });
    if (!config.getBoolean("enable_respond", { default: true })) return;
    const gcode = config.getPrinter().lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("M118", (gcmd) => gcmd.respondRaw(`${this.defaultPrefix} ${gcmd.getRawCommandParameters()}`), { whenNotReady: true });
    gcode.registerCommand("RESPOND", (gcmd) => this.#respond(gcmd), { whenNotReady: true, desc: "Echo the message prepended with a prefix" });
  }

  #respond(gcmd: GCodeCommand): void {
    const type = gcmd.get("TYPE", { default: null })?.toLowerCase();
    let prefix = this.defaultPrefix;
    let separator = " ";
    if (type !== undefined) {
      if (Object.hasOwn(PREFIXES, type)) {
        prefix = PREFIXES[type]!;
      } else if (Object.hasOwn(PREFIXES_NO_SPACE, type)) {
        prefix = PREFIXES_NO_SPACE[type]!;
        separator = "";
      } else {
        throw gcmd.error(`RESPOND TYPE '${type}' is invalid. Must be one of 'echo', 'command', or 'error'`);
      }
    }
    prefix = gcmd.get("PREFIX", { default: prefix });
    gcmd.respondRaw(`${prefix}${separator}${gcmd.get("MSG", { default: "" })}`);
  }
}

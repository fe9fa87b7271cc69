/** `[sdcard_loop]`: commands that repeat a part of the file which the virtual SD card prints. Loops may be nested. */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { VirtualSdcard } from "./virtual-sdcard.js";

/** A loop that was begun: runs that are left, 0 for endless, and the byte that they start at. */
interface Loop {
  readonly count: number;
  readonly position: number;
}

export class SdcardLoop {
  readonly sdcard: VirtualSdcard;
  private loops: Loop[] = [];

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.sdcard = printer.loadObject<VirtualSdcard>(config, "virtual_sdcard");
    const gcode = printer.lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("SDCARD_LOOP_BEGIN", (gcmd) => this.begin(gcmd), { desc: "Begins a looped section in the SD file." });
    gcode.registerCommand("SDCARD_LOOP_END", (gcmd) => this.end(gcmd), { desc: "Ends a looped section in the SD file." });
    gcode.registerCommand("SDCARD_LOOP_DESIST", (gcmd) => this.desist(gcmd), { desc: "Stops iterating the current loop stack." });
  }

  private requireFile(gcmd: GCodeCommand): void {
    if (!this.sdcard.isCmdFromSd()) throw gcmd.error("Only permitted in SD file.");
  }

  private begin(gcmd: GCodeCommand): void {
    const count = gcmd.getInt("COUNT", { minval: 0 });
    this.requireFile(gcmd);
    this.loops.push({ count, position: this.sdcard.getFilePosition() });
  }

  /** Goes back to the beginning of the innermost loop, unless that was its last run. */
  private end(gcmd: GCodeCommand): void {
    this.requireFile(gcmd);
    const loop = this.loops.pop();
    if (loop === undefined || loop.count === 1) return;
    this.sdcard.setFilePosition(loop.position);
    this.loops.push({ ...loop, count: Math.max(0, loop.count - 1) });
  }

  /** What runs is run to its end. */
  private desist(gcmd: GCodeCommand): void {
    if (this.sdcard.isCmdFromSd()) throw gcmd.error("Only permitted outside of a SD file.");
    this.loops = [];
  }
}

export function loadConfig(config: ConfigSection): SdcardLoop {
  return new SdcardLoop(config);
}

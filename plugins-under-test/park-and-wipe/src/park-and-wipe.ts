/** Commands that move: always through the toolhead's checks, with the G-code state left as it was. */
import type { Config, GCode, GCodeCommand, Printer, Toolhead } from "kalico-hil";

export class ParkAndWipe {
  readonly #printer: Printer;
  readonly #x: number;
  readonly #y: number;
  readonly #lift: number;
  readonly #speed: number;
  #parked = 0;

  constructor(config: Config) {
    this.#printer = config.getPrinter();
    this.#x = finite(config, "park_x", config.getFloat("park_x", { default: 10 })!);
    this.#y = finite(config, "park_y", config.getFloat("park_y", { default: 10 })!);
    this.#lift = finite(config, "lift", config.getFloat("lift", { default: 2, minval: 0, maxval: 50 })!);
    this.#speed = finite(config, "speed", config.getFloat("speed", { default: 100, above: 0, maxval: 500 })!);
    const gcode = this.#printer.lookupObject<GCode>("gcode");
    gcode.registerCommand("PARK_TOOLHEAD", (gcmd) => this.#park(gcmd), { desc: "Lift the nozzle and move to the parking place" });
    gcode.registerCommand("WIPE_NOZZLE", (gcmd) => this.#wipe(gcmd), { desc: "Move to and fro along X at the present place" });
  }

  #toolhead(gcmd: GCodeCommand, axes: string): Toolhead {
    const toolhead = this.#printer.lookupObject<Toolhead>("toolhead");
    const homed = toolhead.getStatus(this.#printer.getReactor().monotonic())["homed_axes"] as string;
    for (const axis of axes) if (!homed.includes(axis)) throw gcmd.error(`Must home ${axis} axis first: ${gcmd.getCommand()}`);
    return toolhead;
  }

  async #park(gcmd: GCodeCommand): Promise<void> {
    const speed = gcmd.getFloat("SPEED", { default: this.#speed, above: 0, maxval: 500 })!;
    const toolhead = this.#toolhead(gcmd, "xyz");
    const z = toolhead.getPosition()[2]!;
    await toolhead.manualMove([null, null, z + this.#lift], speed);
    await toolhead.manualMove([this.#x, this.#y, null], speed);
    this.#parked += 1;
  }

  async #wipe(gcmd: GCodeCommand): Promise<void> {
    const times = gcmd.getInt("TIMES", { default: 3, minval: 1, maxval: 20 })!;
    const width = gcmd.getFloat("WIDTH", { default: 5, above: 0, maxval: 20 })!;
    const toolhead = this.#toolhead(gcmd, "x");
    const x = toolhead.getPosition()[0]!;
    for (let i = 0; i < times; i++) {
      await toolhead.manualMove([x + width, null, null], this.#speed);
      await toolhead.manualMove([x, null, null], this.#speed);
    }
  }

  getStatus(_eventTime?: number): { parked: number; park_x: number; park_y: number } {
    return { parked: this.#parked, park_x: this.#x, park_y: this.#y };
  }
}

function finite(config: Config, option: string, value: number): number {
  if (!Number.isFinite(value)) throw config.error(`Unable to parse option '${option}' in section '${config.getName()}'`);
  return value;
}

export function loadConfig(config: Config): ParkAndWipe {
  return new ParkAndWipe(config);
}

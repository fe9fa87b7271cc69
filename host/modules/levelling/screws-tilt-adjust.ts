/**
 * `[screws_tilt_adjust]`: probes the bed above each screw and tells by how many turns the screws differ from one of them, the base: the first one
 * or, when all turns are to go in one direction, the highest or the lowest. Heights mm.
 */
import { pyFloatStr } from "../../config/python-text.js";
import type { ConfigSection } from "../../config/config-section.js";
import type { GCodeDispatch } from "../../gcode/dispatch.js";
import type { GCodeCommand } from "../../gcode/gcode-command.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Printer } from "../../printer/printer-surface.js";
import { ProbePointsHelper } from "../probe/probe-points.js";
import { MAX_SCREWS, readScrew, type Screw } from "./screws.js";

/** Way of one turn, mm, by the size of the thread. */
const PITCHES: Readonly<Record<string, number>> = { M3: 0.5, M4: 0.7, M5: 0.8, M6: 1, M8: 1.25 };

/** Differences below are none, mm. */
const NEGLIGIBLE = 0.001;
const MIN_SCREWS = 3;

export type Turning = "CW" | "CCW";

const reverse = (turning: Turning): Turning => (turning === "CW" ? "CCW" : "CW");

/** A thread by its pitch, mm, and the direction that takes the bed away from the nozzle. */
export interface Thread {
  readonly pitch: number;
  readonly lowers: Turning;
}

/** How a screw is to be turned, as the status tells it. */
export interface ScrewResult {
  z: number;
  sign: Turning;
  /** Full turns and sixtieths of a turn, "HH:MM". */
  adjust: string;
  is_base: boolean;
}

/** Index of the screw that the others are compared with. */
export function baseScrew(heights: readonly number[], thread: Thread, direction: Turning | null): number {
  if (direction === null) return 0;
  return heights.indexOf(direction === thread.lowers ? Math.max(...heights) : Math.min(...heights));
}

/** The turn that brings the bed at a screw from `z` to `baseZ`. */
export function screwTurn(z: number, baseZ: number, thread: Thread): { sign: Turning; adjust: string } {
  const down = Math.abs(baseZ - z) < NEGLIGIBLE ? 0 : (baseZ - z) / thread.pitch;
  const turns = Math.abs(down);
  const minutes = formatFixed((turns - Math.trunc(turns)) * 60, 0);
  return { sign: down >= 0 ? thread.lowers : reverse(thread.lowers), adjust: `${String(Math.trunc(turns)).padStart(2, "0")}:${minutes.padStart(2, "0")}` };
}

export class ScrewsTiltAdjust {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly probeHelper: ProbePointsHelper;
  maxDiff: number | null = null;
  maxDiffError = false;
  results: Record<string, ScrewResult> = {};
  private readonly screws: Screw[] = [];
  private readonly thread: Thread;
  private direction: Turning | null = null;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    for (let number = 1; number <= MAX_SCREWS; number++) {
      const screw = readScrew(config, number);
      if (screw === null) break;
      this.screws.push(screw);
    }
    if (this.screws.length < MIN_SCREWS) throw config.error("screws_tilt_adjust: Must have at least three screws");
    const threads = Object.keys(PITCHES).flatMap((size) => [`CW-${size}`, `CCW-${size}`]);
    const [lowers, size] = config.getChoice("screw_thread", threads, { default: "CW-M3" }).split("-") as [Turning, string];
    this.thread = { lowers, pitch: PITCHES[size]! };
    const places = this.screws.map((screw) => screw.place);
    this.probeHelper = new ProbePointsHelper(config, (_offsets, positions) => this.conclude(positions.map((position) => position[2]!)), { defaultPoints: places });
    this.probeHelper.minimumPoints(MIN_SCREWS);
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("SCREWS_TILT_CALCULATE", (gcmd) => this.cmdScrewsTiltCalculate(gcmd), {
      desc: "Tool to help adjust bed leveling screws by calculating the number of turns to level it.",
    });
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return { error: this.maxDiffError, max_deviation: this.maxDiff, results: this.results };
  }

  private async cmdScrewsTiltCalculate(gcmd: GCodeCommand): Promise<void> {
    this.maxDiff = gcmd.getFloat("MAX_DEVIATION", { default: null });
    const direction = gcmd.get("DIRECTION", { default: null })?.toUpperCase() ?? null;
    if (direction !== null && direction !== "CW" && direction !== "CCW") {
      throw gcmd.error(`Error on '${gcmd.getCommandline()}': DIRECTION must be either CW or CCW`);
    }
    this.direction = direction;
    await this.probeHelper.startProbe(gcmd);
  }

  /** Tells the turns for screws with the bed at these heights. */
  private conclude(heights: readonly number[]): void {
    this.results = {};
    this.maxDiffError = false;
    const base = baseScrew(heights, this.thread, this.direction);
    this.gcode.respondInfo("01:20 means 1 full turn and 20 minutes, CW=clockwise, CCW=counter-clockwise");
    for (const [i, { name, place: [x, y] }] of this.screws.entries()) {
      const z = heights[i]!;
      const where = `x=${formatFixed(x, 1)}, y=${formatFixed(y, 1)}, z=${formatFixed(z, 5)}`;
      const turn = i === base ? { sign: this.thread.lowers, adjust: "00:00" } : screwTurn(z, heights[base]!, this.thread);
      this.gcode.respondInfo(i === base ? `${name} (base) : ${where}` : `${name} : ${where} : adjust ${turn.sign} ${turn.adjust}`);
      this.results[`screw${i + 1}`] = { z, ...turn, is_base: i === base };
    }
    const limit = this.maxDiff;
    if (limit === null || heights.every((z) => Math.abs(z - heights[base]!) <= limit)) return;
    this.maxDiffError = true;
    throw this.gcode.error(`bed level exceeds configured limits (${pyFloatStr(limit)}mm)! Adjust screws and restart print.`);
  }
}

export function loadConfig(config: ConfigSection): ScrewsTiltAdjust {
  return new ScrewsTiltAdjust(config);
}

/**
 * `[bed_screws]`: BED_SCREWS_ADJUST drives the nozzle from screw to screw, where the user turns it until a sheet of paper drags, and says
 * ACCEPT, or ADJUSTED when that tilted the bed so much that all screws are to be visited again. A second round goes to places
 * further out, for the last touch. Positions mm, speeds mm/s.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { GCodeDispatch } from "../../gcode/dispatch.js";
import type { GCodeCommand } from "../../gcode/gcode-command.js";
import type { Toolhead } from "../../motion/surface.js";
import type { Printer } from "../../printer/printer-surface.js";
import { MAX_SCREWS, readScrew, type Screw } from "./screws.js";

const MIN_SCREWS = 3;

type Round = "adjust" | "fine";

export class BedScrews {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  /** The round under way; null while the tool is not in use. */
  state: Round | null = null;
  currentScrew = 0;
  /** Screws in a row that needed no notable turn. */
  acceptedScrews = 0;
  readonly horizontalMoveZ: number;
  readonly probeZ: number;
  readonly speed: number;
  readonly liftSpeed: number;
  private readonly rounds: Record<Round, Screw[]> = { adjust: [], fine: [] };

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    for (let number = 1; number <= MAX_SCREWS; number++) {
      const screw = readScrew(config, number);
      if (screw === null) break;
      this.rounds.adjust.push(screw);
      const fine = config.getFloatList(`screw${number}_fine_adjust`, { default: null, count: 2 });
      if (fine !== null) this.rounds.fine.push({ name: screw.name, place: fine as [number, number] });
    }
    if (this.rounds.adjust.length < MIN_SCREWS) throw config.error("bed_screws: Must have at least three screws");
    this.speed = config.getFloat("speed", { default: 50, above: 0 });
    this.liftSpeed = config.getFloat("probe_speed", { default: 5, above: 0 });
    this.horizontalMoveZ = config.getFloat("horizontal_move_z", { default: 5 });
    this.probeZ = config.getFloat("probe_height", { default: 0 });
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("BED_SCREWS_ADJUST", (gcmd) => this.cmdBedScrewsAdjust(gcmd), { desc: "Tool to help adjust bed leveling screws" });
  }

  getStatus(_eventTime: number): Record<string, unknown> {
    return { is_active: this.state !== null, state: this.state, current_screw: this.currentScrew, accepted_screws: this.acceptedScrews };
  }

  private async move(coord: readonly (number | null)[], speed: number): Promise<void> {
    try {
      await this.printer.lookupObject<Toolhead>("toolhead").manualMove(coord, speed);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  private lift(): Promise<void> {
    return this.move([null, null, this.horizontalMoveZ], this.liftSpeed);
  }

  private async visit(round: Round, index: number): Promise<void> {
    const { name, place } = this.rounds[round][index]!;
    await this.lift();
    await this.move(place, this.speed);
    await this.move([null, null, this.probeZ], this.liftSpeed);
    this.state = round;
    this.currentScrew = index;
    this.gcode.respondInfo(`Adjust ${name}. Then run ACCEPT, ADJUSTED, or ABORT\nUse ADJUSTED if a significant screw adjustment is made`);
    this.gcode.registerCommand("ACCEPT", (gcmd) => this.next(gcmd, this.acceptedScrews + 1), { desc: "Accept bed screw position" });
    this.gcode.registerCommand("ADJUSTED", (gcmd) => this.next(gcmd, 0), { desc: "Accept bed screw position after notable adjustment" });
    this.gcode.registerCommand("ABORT", () => this.abort(), { desc: "Abort bed screws tool" });
  }

  /** Takes the answers off the list of commands. */
  private answered(): void {
    for (const answer of ["ACCEPT", "ADJUSTED", "ABORT"]) this.gcode.registerCommand(answer, null);
  }

  private async cmdBedScrewsAdjust(gcmd: GCodeCommand): Promise<void> {
    if (this.state !== null) throw gcmd.error("Already in bed_screws helper; use ABORT to exit");
    this.acceptedScrews = 0;
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    await this.move([null, null, this.horizontalMoveZ], toolhead.getPosition()[2]! < this.horizontalMoveZ ? this.liftSpeed : this.speed);
    await this.visit("adjust", 0);
  }

  private abort(): void {
    this.answered();
    this.state = null;
  }

  /** Goes on after an answer: round and round until every screw was left as it is. A fine round that was not quiet begins it all again. */
  private async next(gcmd: GCodeCommand, accepted: number): Promise<void> {
    this.answered();
    this.acceptedScrews = accepted;
    const round = this.state!;
    const screws = this.rounds[round];
    if (accepted < screws.length) {
      const following = this.currentScrew + 1;
      await (following < screws.length ? this.visit(round, following) : this.visit("adjust", 0));
      return;
    }
    if (round === "adjust" && this.rounds.fine.length > 0) {
      this.acceptedScrews = 0;
      await this.visit("fine", 0);
      return;
    }
    this.state = null;
    await this.lift();
    gcmd.respondInfo("Bed screws tool completed successfully");
  }
}

export function loadConfig(config: ConfigSection): BedScrews {
  return new BedScrews(config);
}

/**
 * Mainboard and toolboard on the bench, whose crystals drift apart: homing over both, print time of steps on the second one, a
 * toolboard that falls silent, and one that may be away.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { feedGcode, type FeedResult } from "../../host/gcode/gcode-file-input.js";
import { printerOnBoard } from "../testing/board-printers.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { SimWorld, type SimWorldOptions } from "./sim-world.js";

const BOARD = "stm32f446";
const TOOL = "rp2040";
const MAIN = printerOnBoard(BOARD);
/** What the line and the tasks of a firmware may add to the way of a trigger, seconds. */
const LINE_SECONDS = 0.002;
const HOMING_SPEED = 50;

/** The printer with some pins moved to the toolboard. */
function withTool(pins: Readonly<Record<string, string>>, rest = ""): string {
  let config = MAIN.replace("[printer]", `[mcu tool]\nserial: /dev/ttyACM1\n${rest}\n[printer]`);
  for (const [from, to] of Object.entries(pins)) {
    expect(config).toContain(from);
    config = config.replace(from, to);
  }
  return config;
}

/** Endstops on the toolboard, motors on the mainboard. */
const TOOL_ENDSTOPS = { "endstop_pin: ^PG6": "endstop_pin: ^tool:gpio4", "endstop_pin: ^PG10": "endstop_pin: ^tool:gpio25" };
/** The motor of x on the toolboard, its endstop on the mainboard. */
const TOOL_MOTOR = { "step_pin: PF13": "step_pin: tool:gpio11", "dir_pin: PF12": "dir_pin: tool:gpio10", "enable_pin: !PF14": "enable_pin: !tool:gpio12" };

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

class Pair {
  readonly answers: string[] = [];
  readonly world: SimWorld;
  feed: { result: FeedResult | undefined } = { result: undefined };

  constructor(config: string, options: Partial<SimWorldOptions> = {}) {
    this.world = new SimWorld({
      configFile: scratch.write("printer.cfg", config), board: BOARD, boards: { tool: TOOL }, seed: 1, traceCommands: false,
      observer: { onGcodeResponse: (line) => void this.answers.push(line) }, ...options,
    });
  }

  static async started(config: string, options: Partial<SimWorldOptions> = {}): Promise<Pair> {
    const pair = new Pair(config, options);
    await pair.start();
    return pair;
  }

  async start(): Promise<void> {
    this.world.start();
    await this.world.run(() => this.state[1] !== "startup", this.world.clock.now + 120);
    expect(this.state).toEqual(["Printer is ready", "ready"]);
  }

  get tool(): SimWorld["main"] { return this.world.mcus.find((mcu) => mcu.name === "tool")!; }
  get state(): [string, string] { return this.world.printer!.getStateMessage(); }
  get now(): number { return this.world.clock.now; }
  position(axis: string): number { return this.world.plant.positionOf(axis, this.now); }
  status(name: string): Record<string, unknown> { return this.world.printer!.lookupObject<{ getStatus(t: number): Record<string, unknown> }>(name).getStatus(this.now); }

  begin(...lines: string[]): void {
    const feed: Pair["feed"] = { result: undefined };
    this.feed = feed;
    feedGcode(this.world.printer!, lines, { onDone: (done) => { feed.result = done; } });
  }

  async end(seconds = 3600): Promise<FeedResult> {
    const { feed } = this;
    expect(await this.world.run(() => feed.result !== undefined, this.now + seconds)).toBe("done");
    return feed.result!;
  }

  async gcode(...lines: string[]): Promise<string[]> {
    this.begin(...lines);
    return (await this.end()).errors;
  }

  async wait(seconds: number): Promise<void> { await this.world.run(() => false, this.now + seconds); }
}

describe("homing over two boards", () => {
  it.each([
    ["endstops on the toolboard, motors on the mainboard", TOOL_ENDSTOPS],
    ["a motor on the toolboard, its endstop on the mainboard", TOOL_MOTOR],
  ])("finds the switches whatever the crystals do: %s", async (_, pins) => {
    for (const [main, tool] of [[0, 50], [50, -50], [-50, 50]] as const) {
      const pair = await Pair.started(withTool(pins), { crystals: { mcu: () => main, tool: () => tool } });
      expect(await pair.gcode("G28", "G1 X5 Y5 Z5 F3000", "M400")).toEqual([]);
      for (const axis of ["x", "y", "z"]) expect(Math.abs(pair.position(axis) - 5)).toBeLessThan(0.03);
    }
  });

  it("overshoots no further than the way of the trigger takes", async () => {
    const pair = await Pair.started(withTool(TOOL_ENDSTOPS), { crystals: { tool: () => 50 } });
    let lowest = Infinity;
    pair.begin("G28 X", "M400");
    await pair.world.run(() => {
      lowest = Math.min(lowest, pair.position("x"));
      return pair.feed.result !== undefined;
    }, pair.now + 60);
    // The switch sits at 0; on one board the motor stops within a step or two.
    expect(lowest).toBeLessThan(0);
    expect(-lowest).toBeLessThan(HOMING_SPEED * LINE_SECONDS + 0.05);
  });
});

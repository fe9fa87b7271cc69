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

describe("crystals that drift apart in a long print", () => {
  /** World times (s) of the last `count` steps that a motor took; its clock was noted at every change of rate. */
  function stepTimes(pair: Pair, mcu: string, stepper: string, count: number, noted: readonly (readonly [clock: number, worldTime: number])[]): Float64Array {
    const bench = pair.world.mcus.find(({ name }) => name === mcu)!;
    bench.trace.settle();
    const oid = [...pair.world.printer!.lookupObject<{ stepperNames(): Map<number, string> }>(mcu === "mcu" ? "mcu" : `mcu ${mcu}`).stepperNames()].find(([, name]) => name === stepper)![0];
    const rows = bench.trace.stepsOf(oid);
    const times = new Float64Array(count);
    let at = count, note = noted.length - 2;
    for (let row = rows.rows - 1; row >= 0 && at > 0; row--) {
      const [first, interval, add] = [rows.firstClock.at(row), rows.interval.at(row), rows.add.at(row)];
      for (let k = rows.count.at(row) - 1; k >= 0 && at > 0; k--) {
        const clock = first + k * interval + (add * k * (k + 1)) / 2;
        while (note > 0 && noted[note]![0] > clock) note--;
        const [[c0, t0], [c1, t1]] = [noted[note]!, noted[note + 1]!];
        times[--at] = t0 + ((clock - c0) / (c1 - c0)) * (t1 - t0);
      }
    }
    expect(at).toBe(0);
    return times;
  }

  /** Largest difference, µs, between steps of x (toolboard) and of y (mainboard) that belong to the same print time. */
  async function apart(main: (t: number) => number, tool: (t: number) => number): Promise<number> {
    const noted = { mcu: [] as [number, number][], tool: [] as [number, number][] };
    const following = (name: "mcu" | "tool", ppm: (t: number) => number) => (worldTime: number): number => {
      noted[name].push([pair.world.mcus.find((mcu) => mcu.name === name)!.mcu.clockAt(worldTime), worldTime]);
      return ppm(worldTime);
    };
    const config = withTool(TOOL_MOTOR, "max_stepper_error: 0.0000005").replace("[mcu]\n", "[mcu]\nmax_stepper_error: 0.0000005\n");
    const pair = new Pair(config, { crystals: { mcu: following("mcu", main), tool: following("tool", tool) } });
    await pair.start();
    const there = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? "G1 X190 Y190 F1200" : "G1 X10 Y10 F1200"));
    expect(await pair.gcode("G28 X Y", "G1 X10 Y10 F1200", "G4 P20000", ...there, "M400")).toEqual([]);
    await pair.wait(1);
    // The first passage is left out: the start is measured by few samples only.
    const steps = 29 * 180 * 80;
    const [x, y] = [stepTimes(pair, "tool", "stepper_x", steps, noted.tool), stepTimes(pair, "mcu", "stepper_y", steps, noted.mcu)];
    let worst = 0;
    for (let i = 0; i < steps; i++) worst = Math.max(worst, Math.abs(x[i]! - y[i]!));
    return worst * 1e6;
  }

  /** A rate that changes by so many ppm/s is foretold from the past half minute for some seconds ahead: the error is at most as if it were foretold for a minute. */
  const LAG_SECONDS = 60;
  const FLOOR_MICROSECONDS = 3;
  it.each([
    ["constant, 50 ppm fast and 50 ppm slow", () => -50, () => 50, 0],
    ["a ramp of 30 ppm in 5 minutes", () => 0, (t: number) => -15 + 0.1 * t, 0.1],
    ["a ramp from -50 to +50 ppm in 250 s", () => 0, (t: number) => Math.min(50, -50 + 0.4 * t), 0.4],
    ["two temperatures that swing against each other", (t: number) => 25 * Math.sin(t / 60), (t: number) => -25 * Math.sin(t / 60), 50 / 60],
  ])("keep the boards together: %s", async (_, main, tool, ppmPerSecond) => {
    expect(await apart(main, tool)).toBeLessThan(FLOOR_MICROSECONDS + ppmPerSecond * LAG_SECONDS ** 2);
  });
});

describe("a toolboard that falls silent", () => {
  it("stops a homing move in time, and says so", async () => {
    const pair = await Pair.started(withTool(TOOL_ENDSTOPS));
    pair.begin("G28 X", "M400");
    const before = pair.position("x");
    await pair.world.run(() => before - pair.position("x") > 30, pair.now + 10);
    const at = pair.position("x");
    pair.tool.cut();
    await pair.wait(0.1);
    const stopped = pair.position("x");
    // The mainboard runs on for what its timeout was extended to last, at most 25 ms after the last report of the toolboard.
    expect(at - stopped).toBeGreaterThan(0);
    expect(at - stopped).toBeLessThan(HOMING_SPEED * (0.025 + LINE_SECONDS));
    pair.tool.join();
    const { errors } = await pair.end();
    expect(pair.position("x")).toBe(stopped);
    expect(errors).toEqual(["Error during homing x: Communication timeout during homing"]);
    expect(pair.state[1]).toBe("ready");
    expect(await pair.gcode("G28 X", "M400")).toEqual([]);
  });

  it("ends a print in Kalico's words", async () => {
    const pair = await Pair.started(withTool(TOOL_MOTOR));
    expect(await pair.gcode("G28 X Y")).toEqual([]);
    pair.begin(...Array.from({ length: 50 }, (_, i) => `G1 X${i % 2 === 0 ? 180 : 20} F6000`), "M400");
    await pair.wait(3);
    pair.tool.unplug();
    const from = pair.now;
    await pair.world.run(() => pair.world.printer!.isShutdown(), pair.now + 20);
    expect(pair.now - from).toBeLessThan(7);
    expect(pair.state[0]).toMatch(/^Lost communication with MCU 'tool'\n/);
    expect(pair.state[1]).toBe("shutdown");
    await pair.wait(0.2);
    expect(pair.world.main.mcu.isShutdown).toBe(true);
  });
});

describe("a toolboard that may be away", () => {
  const EXTRAS = "[output_pin led]\npin: tool:gpio5\n[fan_generic part]\npin: tool:gpio17\n[temperature_sensor tool]\nsensor_type: temperature_mcu\nsensor_mcu: tool\n";
  const config = (extras = EXTRAS): string => withTool({ "endstop_pin: ^PG6": "endstop_pin: ^tool:gpio4" }, "is_non_critical: True") + extras;
  const notices = (pair: Pair): string[] => pair.answers.filter((answer) => answer.includes("'tool'"));

  it("comes and goes in a print, which goes on, and works again each time", async () => {
    const pair = await Pair.started(config());
    expect(await pair.gcode("G28", "SET_PIN PIN=led VALUE=1", "SET_FAN_SPEED FAN=part SPEED=0.5", "M400")).toEqual([]);
    expect(pair.status("mcu tool").non_critical_disconnected).toBe(false);
    for (let times = 1; times <= 3; times++) {
      pair.begin(...Array.from({ length: 20 }, (_, i) => `G1 X${i % 2 === 0 ? 180 : 20} Y${20 + 7 * i} F6000`), "M400");
      await pair.wait(2);
      pair.tool.unplug();
      await pair.wait(10);
      expect(pair.status("mcu tool").non_critical_disconnected).toBe(true);
      pair.tool.plug();
      expect((await pair.end()).errors).toEqual([]);
      await pair.wait(5);
      expect(pair.status("mcu tool").non_critical_disconnected).toBe(false);
      expect(notices(pair)).toHaveLength(2 * times);
      expect(notices(pair).slice(-2)).toEqual(["// mcu: 'tool' disconnected!", "// mcu: 'tool' reconnected!"]);
      expect(await pair.gcode("SET_PIN PIN=led VALUE=0", "SET_FAN_SPEED FAN=part SPEED=0.7", "G28 X", "G1 X50 F6000", "SET_PIN PIN=led VALUE=1", "M400")).toEqual([]);
      expect(pair.position("x")).toBeCloseTo(50, 1);
    }
    expect(pair.state[1]).toBe("ready");
    expect(pair.world.lives).toBe(1);
  });

  it("loses its power in idle and is configured anew", async () => {
    const pair = await Pair.started(config());
    pair.tool.unplug();
    pair.tool.mcu.powerOff(pair.now);
    await pair.wait(20);
    expect(pair.state[1]).toBe("ready");
    pair.tool.plug();
    pair.tool.mcu.restart(pair.now);
    await pair.wait(6);
    expect(notices(pair)).toEqual(["// mcu: 'tool' disconnected!", "// mcu: 'tool' reconnected!"]);
    expect(await pair.gcode("G28", "SET_PIN PIN=led VALUE=1", "M400")).toEqual([]);
  });

  it("may be missing at the start with all that hangs on it, and comes", async () => {
    const logged: string[] = [];
    const pair = new Pair(config(`${EXTRAS}[neopixel strip]
pin: tool:gpio6
initial_red: 0.5
[extruder_stepper belay]
extruder: extruder
step_pin: tool:gpio11
dir_pin: tool:gpio10
enable_pin: !tool:gpio12
microsteps: 16
rotation_distance: 22
[tmc2209 extruder_stepper belay]
uart_pin: tool:gpio9
run_current: 0.5
sense_resistor: 0.11
[display side]
lcd_type: st7920
cs_pin: tool:gpio18
sclk_pin: tool:gpio19
sid_pin: tool:gpio20
`), { observer: { onLog: (_level, message) => void logged.push(message) } });
    pair.tool.unplug();
    await pair.start();
    expect(pair.status("mcu tool").non_critical_disconnected).toBe(true);
    expect(logged).toContain("TMC belay failed to init - non_critical_mcu: tool is disconnected!");
    const sentToTool = (): string[] => pair.tool.trace.kinds.filter(({ count }) => count > 0).map(({ name }) => name);
    expect(await pair.gcode("SET_LED LED=strip BLUE=1", "G4 P500")).toEqual([]);
    expect(sentToTool()).toEqual([]);
    pair.tool.plug();
    await pair.wait(6);
    expect(pair.status("mcu tool").non_critical_disconnected).toBe(false);
    expect(sentToTool()).toEqual(expect.arrayContaining(["neopixel_update", "neopixel_send", "st7920_send_cmds"]));
    expect(pair.status("temperature_sensor tool").temperature).toBeGreaterThan(10);
    expect(await pair.gcode("G28", "M400")).toEqual([]);
  });
});

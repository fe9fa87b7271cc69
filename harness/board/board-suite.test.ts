import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Level, StepSource } from "../../sim-mcu/firmware/gpio.js";
import { NEVER_CLOCK } from "../../sim-mcu/firmware/feature.js";
import { RealtimeWorld } from "../world/realtime-world.js";
import { SimulatedLines } from "../world/simulated-lines.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { runBoardSuite, type BoardReport } from "./board-suite.js";
import { BoardRefused, heaterPins, PASSIVE_PROFILE, readProfile, type BoardProfile } from "./profile.js";

describe("the suite for an attached board", () => {
  let scratch: ScratchDirectory;
  let world: RealtimeWorld;
  let lines: SimulatedLines;
  beforeEach(() => {
    scratch = scratchDirectory();
    world = new RealtimeWorld();
    lines = new SimulatedLines({ world, configFile: scratch.write("printer.cfg", "[mcu]\nserial: /dev/null\n"), board: "stm32f446", seed: 1 });
  });
  afterEach(() => scratch.remove());
  const log: string[] = [];
  const run = (profile: BoardProfile): Promise<BoardReport> => runBoardSuite({ world, lines, profile, log: (text) => log.push(text) });
  const commands = (): Set<string> => new Set(lines.mcus.get("mcu")!.trace.kinds.filter((kind) => kind.count > 0).map((kind) => kind.name));
  const profile = (more: Partial<BoardProfile>): BoardProfile => ({ ...PASSIVE_PROFILE, name: "test", maxStepRate: 4000, ...more });

  it("without a profile measures clock, round trip and command rate, and configures nothing", async () => {
    const report = await run(PASSIVE_PROFILE);
    expect(report.error).toBeUndefined();
    expect(report.measurements.map(({ unit }) => unit)).toEqual(["ppm", "ms", "ms", "ms", "commands/s"]);
    expect(report.stopped).toBe(false);
    expect([...commands()].sort()).toEqual(["debug_nop", "get_clock", "get_config", "get_uptime", "identify"]);
  });

  it("steps faster and faster on allowed pins, finds every step, counts the pulses through a jumper, and stops the board in the end", async () => {
    const mcu = lines.mcus.get("mcu")!;
    // The jumper: the level of the step pin, which each step turns over.
    mcu.gpio.onStepSource((source: StepSource) => mcu.gpio.attachDigital("PA3", {
      level: (clock) => (Math.abs(source.positionAt(clock)) & 1) as Level,
      nextChange: (clock) => Math.min(...[1, -1].map((way) => source.clockOfPosition(source.positionAt(clock) + way, clock)), NEVER_CLOCK),
    }));
    mcu.gpio.onStepsChanged(() => mcu.gpio.inputChanged("PA3"));
    const report = await run(profile({ allow: ["PA1", "PA2", "PA3"], stepper: { step: "PA1", dir: "PA2" }, counter: "PA3" }));
    expect(report.error).toBeUndefined();
    const steps = report.measurements.slice(5);
    expect(steps.map(({ passed, name, value, limit }) => [passed, name, value, limit]).filter(([passed]) => passed !== true)).toEqual([]);
    expect(steps[0]).toMatchObject({ name: "edges that came through the jumper", value: 250 });
    expect(steps.at(-1)).toMatchObject({ unit: "steps/s", value: 4000 });
    expect(report.stopped).toBe(true);
    expect(mcu.isShutdown).toBe(true);
  });

  it.each([
    ["a pin that is not allowed", { allow: ["PA1"], stepper: { step: "PA1", dir: "PA2" } }, 'Pin "PA2" is not in the allow-list of profile "test"'],
    ["a pin that the board lacks", { allow: ["PZ9"] }, 'Pin "PZ9" of profile "test" does not exist on this board'],
    ["a reserved pin", { allow: ["PA11"] }, 'Pin "PA11" is reserved for USB'],
  ])("refuses %s before anything is touched", async (_what, more, message) => {
    await expect(run(profile(more))).rejects.toThrow(message);
    expect([...commands()]).toEqual(["identify"]);
  });

  it("refuses the pin of a heater", async () => {
    const printer = scratch.write("heaters.cfg", "[extruder]\nheater_pin: !PA7\n[heater_bed]\nheater_pin: PB1\n");
    expect([...heaterPins(printer)]).toEqual([["PA7", "extruder"], ["PB1", "heater_bed"]]);
    await expect(run(profile({ allow: ["PA7"], printer }))).rejects.toThrow("heater_pin of [extruder]");
  });

  it("stops the board as its last act when its time is over", async () => {
    const report = await run(profile({ maxSeconds: 2 }));
    expect(report.error).toContain("longer than its 2 s");
    expect(report.stopped).toBe(true);
    expect(lines.mcus.get("mcu")!.isShutdown).toBe(true);
  });

  it("leaves a board alone that a host has configured", async () => {
    const first = await run(profile({ allow: ["PA1", "PA2"], stepper: { step: "PA1", dir: "PA2" }, maxStepRate: 1000 }));
    expect(first.stopped).toBe(true);
    await expect(run(PASSIVE_PROFILE)).rejects.toThrow("reset it");
  });
});

describe("a profile", () => {
  let scratch: ScratchDirectory;
  beforeEach(() => { scratch = scratchDirectory(); });
  afterEach(() => scratch.remove());
  it.each([
    ["no list of pins", "{}", '"allow" must list the pins'],
    ["an unknown key", '{"allow": [], "pins": []}', '"pins" is unknown'],
    ["a counter without a stepper", '{"allow": ["PA1"], "counter": "PA1"}', '"counter" needs "stepper"'],
    ["no number", '{"allow": [], "maxSeconds": "long"}', '"maxSeconds" must be a number'],
    ["no JSON", "allow = PA1", "it is no JSON"],
  ])("with %s is refused by name", (_what, text, message) => {
    const file = scratch.write("profile.json", text);
    expect(() => readProfile(file)).toThrow(BoardRefused);
    expect(() => readProfile(file)).toThrow(message);
  });
});

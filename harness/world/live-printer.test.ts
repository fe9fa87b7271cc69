import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { LivePrinter } from "./live-printer.js";
import { RealtimeWorld } from "./realtime-world.js";
import { SimulatedLines } from "./simulated-lines.js";

const LIMIT = 60;

describe("a printer in real time", () => {
  let scratch: ScratchDirectory;
  let lines: SimulatedLines;
  let live: LivePrinter;
  beforeEach(() => {
    scratch = scratchDirectory();
    const configFile = scratch.write("printer.cfg", BASE_PRINTER);
    const world = new RealtimeWorld();
    lines = new SimulatedLines({ world, configFile, board: "atmega2560", seed: 1 });
    live = new LivePrinter({ world, configFile, lines });
  });
  afterEach(async () => {
    await live.stop();
    scratch.remove();
  });
  const state = (): string => live.printer!.getStateMessage()[1];
  const run = (script: string): void => {
    live.reactor!.registerCallback(async () => live.printer!.lookupObject("gcode").runScript(script).catch(() => undefined));
  };

  it("lives again a second after RESTART and FIRMWARE_RESTART, and the micro-controller keeps its configuration only over the first", async () => {
    const mcu = lines.mcus.get("mcu")!;
    await live.run(() => state() === "ready", LIMIT);
    const marks = (): string[] => mcu.trace.marks.map((mark) => mark.kind);
    expect(marks()).toEqual(["configured"]);

    run("RESTART");
    await live.run(() => live.lives === 2 && state() === "ready", LIMIT);
    expect(marks()).toEqual(["configured"]);

    run("FIRMWARE_RESTART");
    await live.run(() => live.lives === 3 && state() === "ready", LIMIT);
    expect(marks()).toEqual(["configured", "reset", "configured"]);
  });
});

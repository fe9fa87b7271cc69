import { join } from "node:path";
import { SerialPortMock } from "serialport";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { TransportError } from "../../host/errors.js";
import { VirtualClock } from "../../host/reactor/clock.js";
import type { Reactor } from "../../host/reactor/reactor.js";
import { boards } from "../../sim-mcu/boards/index.js";
import { plantFromConfig } from "../../sim-mcu/plant/index.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { canMakeTerminals } from "../testing/pty-print.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { LivePrinter } from "./live-printer.js";
import { readPlantSections } from "./plant-sections.js";
import { PtyMcu } from "./pty-mcu.js";
import { RealtimeWorld } from "./realtime-world.js";
import { SerialLines, type LineSection } from "./serial-lines.js";

/** Seconds that a life may take to come to its state. */
const LIMIT = 90;

describe.skipIf(!canMakeTerminals)(`a host on a serial device${canMakeTerminals ? "" : " (skipped: needs python3)"}`, () => {
  let scratch: ScratchDirectory;
  let world: RealtimeWorld;
  let sim: PtyMcu;
  let live: LivePrinter;
  beforeEach(async () => {
    scratch = scratchDirectory();
    world = new RealtimeWorld();
    const path = join(scratch.path, "mcu");
    const configFile = scratch.write("printer.cfg", BASE_PRINTER.replace("/dev/ttyACM0", path));
    sim = await PtyMcu.open({ world, name: "mcu", board: boards["atmega2560"]!, path, plant: plantFromConfig(readPlantSections(configFile), { seed: 1 }) });
    live = new LivePrinter({ world, configFile, lines: new SerialLines({ log: () => undefined }) });
  });
  afterEach(async () => {
    await live.stop();
    await sim.close();
    scratch.remove();
  });
  const state = (): string => live.printer!.getStateMessage()[1];
  const until = async (done: () => boolean): Promise<void> => { expect(await live.run(done, world.clock.monotonic() + LIMIT)).toBe("done"); };
  const run = (script: string): void => {
    const { printer } = live;
    live.reactor!.registerCallback(async () => printer!.lookupObject("gcode").runScript(script).catch(() => undefined));
  };
  const marks = (): string[] => sim.mcu.trace.marks.map((mark) => mark.kind).filter((kind) => kind !== "trigger");

  it("takes the configured board over after RESTART, and finds it fresh after M112 and FIRMWARE_RESTART", async () => {
    await until(() => state() === "ready");
    expect(marks()).toEqual(["configured"]);
    run("RESTART");
    await until(() => live.lives === 2 && state() === "ready");
    expect(marks()).toEqual(["configured"]);
    run("M112");
    await until(() => state() === "shutdown" && sim.mcu.isShutdown);
    expect(live.printer!.getStateMessage()[0]).toContain("Shutdown due to M112 command");
    run("FIRMWARE_RESTART");
    await until(() => live.lives === 3 && state() === "ready");
    expect(marks()).toEqual(["configured", "shutdown", "reset", "configured"]);
  }, 120_000);

  it("says what a real board's previous shutdown was when it starts on it", async () => {
    await until(() => state() === "ready");
    run("M112");
    await until(() => sim.mcu.isShutdown);
    run("RESTART");
    await until(() => live.lives === 2 && state() === "error");
    expect(live.printer!.getStateMessage()[0]).toMatch(/^Can not update MCU 'mcu' config as it is shutdown|^MCU 'mcu' error during config: Command request/);
  }, 120_000);

  it("loses communication when the device is unplugged, and lives again once it is back", async () => {
    await until(() => state() === "ready");
    sim.unplug();
    await until(() => state() === "shutdown");
    expect(live.printer!.getStateMessage()[0]).toContain("Lost communication with MCU 'mcu'");
    sim.plug();
    run("FIRMWARE_RESTART");
    await until(() => live.lives === 2 && state() !== "startup");
    // Nobody could tell the board to reset: it is still configured.
    expect(live.printer!.getStateMessage()[0]).toMatch(/Failed automated reset of MCU 'mcu'|Printer is ready/);
  }, 120_000);
});

describe("devices of this machine", () => {
  const section = (options: Record<string, string>): LineSection => ({
    get: (option, choice) => options[option] ?? choice?.default ?? null,
    getInt: (option, choice) => Number(options[option] ?? choice?.default),
  });

  it("that do not exist are refused in the system's words", () => {
    const lines = new SerialLines({ log: () => undefined });
    expect(() => lines.openPort("mcu", section({ serial: "/dev/ttyNONE" }))).toThrow(TransportError);
    expect(() => lines.openPort("mcu", section({ serial: "/dev/ttyNONE" }))).toThrow("[Errno 2] could not open port /dev/ttyNONE: [Errno 2] No such file or directory: '/dev/ttyNONE'");
    expect(lines.portExists("mcu", section({ serial: "/dev/ttyNONE" }))).toBe(false);
  });

  it("are those of the command line where it names them, at the speed of the configuration", async () => {
    SerialPortMock.binding.reset();
    SerialPortMock.binding.createPort("/dev/ttyMOCK", { echo: false, record: true });
    const open = vi.spyOn(SerialPortMock.binding, "open");
    const lines = new SerialLines({ log: () => undefined, devices: new Map([["mcu", "/dev/ttyMOCK"]]), deviceClass: SerialPortMock });
    const port = lines.openPort("mcu", section({ serial: "/dev/other", baud: "115200" }));
    await vi.waitFor(() => expect(open).toHaveBeenCalled());
    expect(open.mock.calls[0]![0]).toMatchObject({ path: "/dev/ttyMOCK", baudRate: 115_200, lock: true });
    port.close();
    vi.restoreAllMocks();
  });

  it("that may not be opened are told by name, and the port is lost", async () => {
    SerialPortMock.binding.reset();
    SerialPortMock.binding.createPort("/dev/ttyMOCK");
    vi.spyOn(SerialPortMock.binding, "open").mockRejectedValue(new Error("Error: Permission denied, cannot open /dev/ttyMOCK"));
    const log: string[] = [];
    const closed = vi.fn();
    const lines = new SerialLines({ log: (_level, text) => log.push(text), deviceClass: SerialPortMock });
    lines.openPort("mcu", section({ serial: "/dev/ttyMOCK" })).onClose(closed);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
    expect(log).toEqual(["mcu 'mcu': Unable to open serial port: Error: Permission denied, cannot open /dev/ttyMOCK"]);
    vi.restoreAllMocks();
  });

  it.each([["arduino", [true, false]], ["cheetah", [true, false, false, true, false]]] as const)("reset their board %s-style by DTR pulses of 0.1 s", async (style, pulses) => {
    SerialPortMock.binding.reset();
    SerialPortMock.binding.createPort("/dev/ttyMOCK");
    const open = SerialPortMock.binding.open.bind(SerialPortMock.binding);
    const levels: (boolean | undefined)[] = [];
    vi.spyOn(SerialPortMock.binding, "open").mockImplementation(async (options) => {
      const line = await open(options);
      vi.spyOn(line, "set").mockImplementation(async (flags) => { levels.push(flags.dtr); });
      return line;
    });
    const clock = new VirtualClock();
    const reactor = { monotonic: () => clock.monotonic(), pause: async (until: number) => { clock.now = until; return until; } } as unknown as Reactor;
    await new SerialLines({ log: () => undefined, deviceClass: SerialPortMock }).resetByLines("mcu", section({ serial: "/dev/ttyMOCK" }), style, reactor);
    expect(levels).toEqual([false, ...pulses]);
    expect(clock.now).toBeCloseTo(0.1 * (pulses.length + 1));
    vi.restoreAllMocks();
  });
});

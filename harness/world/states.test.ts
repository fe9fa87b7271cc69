/** How lives end and begin again, on the whole bench: the states and words that front ends show. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { feedGcode, type FeedResult } from "../../host/gcode/gcode-file-input.js";
import { printerOnBoard } from "../testing/board-printers.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { SimWorld } from "./sim-world.js";

const BOARD = "stm32f446";
const CONFIG = printerOnBoard(BOARD);
const READY = ["Printer is ready", "ready"];
const SHUTDOWN = `
Once the underlying issue is corrected, use the
"FIRMWARE_RESTART" command to reset the firmware, reload the
config, and restart the host software.
Printer is shutdown
`;
const HALTED = `
Once the underlying issue is corrected, use the "RESTART"
command to reload the config and restart the host software.
Printer is halted
`;
const CONNECT_ERROR = `
Once the underlying issue is corrected, use the
"FIRMWARE_RESTART" command to reset the firmware, reload the
config, and restart the host software.
Error configuring printer
`;

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

/** A bench whose host has made its first start. */
async function started(config = CONFIG): Promise<Session> {
  const session = new Session(config);
  session.world.start();
  await session.settled();
  return session;
}

class Session {
  readonly responses: string[] = [];
  readonly world: SimWorld;

  constructor(config: string) {
    const configFile = scratch.write("printer.cfg", config);
    this.world = new SimWorld({ configFile, board: BOARD, seed: 1, observer: { onGcodeResponse: (line) => this.responses.push(line) } });
  }

  get state(): [string, string] {
    return this.world.printer!.getStateMessage();
  }

  /** Waits for the end of startup, at most two virtual minutes. */
  async settled(): Promise<void> {
    await this.world.run(() => this.state[1] !== "startup", this.world.clock.now + 120);
  }

  async wait(seconds: number): Promise<void> {
    await this.world.run(() => false, this.world.clock.now + seconds);
  }

  feed(...lines: string[]): { readonly result: FeedResult | undefined } {
    const feed: { result: FeedResult | undefined } = { result: undefined };
    feedGcode(this.world.printer!, lines, { onDone: (done) => { feed.result = done; } });
    return feed;
  }

  /** Feeds lines and waits for their end. */
  async gcode(...lines: string[]): Promise<FeedResult> {
    const feed = this.feed(...lines);
    expect(await this.world.run(() => feed.result !== undefined, this.world.clock.now + 600)).toBe("done");
    return feed.result!;
  }

  /** Homes, then moves to and fro for minutes; returns in the middle of it. */
  async printing(): Promise<{ readonly result: FeedResult | undefined }> {
    await this.gcode("G28", "G90", "G1 Z5 F900", "M400");
    const feed = this.feed(...Array.from({ length: 200 }, (_, i) => `G1 X${i % 2 === 0 ? 20 : 180} Y${i % 2 === 0 ? 30 : 170} F6000`), "M400");
    await this.wait(5);
    expect(feed.result).toBeUndefined();
    return feed;
  }

  /** Steps that the micro-controller has taken. */
  steps(): number {
    return this.world.main.trace.allSteps().reduce((sum, s) => sum + s.steps, 0);
  }

  commands(name: string): number {
    return this.world.main.trace.kinds.find((k) => k.name === name)?.count ?? 0;
  }

  resets(): number {
    return this.world.main.trace.marks.filter((m) => m.kind === "reset").length;
  }

  async restart(how: "RESTART" | "FIRMWARE_RESTART"): Promise<void> {
    this.feed(how);
    expect(await this.world.run(() => false, this.world.clock.now + 30)).toBe("done");
    expect(this.world.ended).toBe(how === "RESTART" ? "restart" : "firmware_restart");
    await this.world.restart();
    await this.settled();
  }

  /** FIRMWARE_RESTART makes a printer that moves again. */
  async recovers(): Promise<void> {
    const { lives } = this.world;
    await this.restart("FIRMWARE_RESTART");
    expect(this.state).toEqual(READY);
    expect(this.world.lives).toBe(lives + 1);
    const before = this.steps();
    expect(await this.gcode("G28 X", "G1 X50 F6000", "M400")).toMatchObject({ errors: [] });
    expect(this.steps()).toBeGreaterThan(before);
  }
}

describe("a print that is cut short", () => {
  it("ends in Kalico's words when the micro-controller is lost, and nothing hangs", async () => {
    const session = await started();
    const feed = await session.printing();

    session.world.main.cut();
    await session.world.run(() => session.world.printer!.isShutdown(), session.world.clock.now + 30);
    expect(session.state).toEqual([`Lost communication with MCU 'mcu'${SHUTDOWN}`, "shutdown"]);
    await session.wait(5);

    expect(feed.result).toMatchObject({ stopped: true });
    const late = await session.gcode("G1 X10", "M400", "STATUS");
    expect(late.lines).toBeGreaterThan(0);
    expect(session.responses.filter((line) => line.startsWith("!!")).at(-1)).toContain("Lost communication with MCU 'mcu'");
  });

  it("stops at once on M112, and FIRMWARE_RESTART recovers", async () => {
    const session = await started();
    await session.printing();

    // As a front end sends it: past the lock that the print holds.
    const { printer, reactor } = session.world;
    reactor!.registerCallback(() => printer!.invokeShutdown("Shutdown due to M112 command"));
    await session.wait(0.1);
    expect(session.state).toEqual([`Shutdown due to M112 command${SHUTDOWN}`, "shutdown"]);
    expect(session.world.main.mcu.isShutdown).toBe(true);
    const steps = session.steps();
    await session.wait(3);
    expect(session.steps()).toBe(steps);

    await session.recovers();
    expect(session.resets()).toBe(1);
  });

  it("ends in Kalico's words when the host is too slow for its steps", async () => {
    const session = await started();
    const feed = await session.printing();

    session.world.reactor!.registerCallback(() => session.world.world.charge(4));
    await session.world.run(() => session.world.printer!.isShutdown(), session.world.clock.now + 30);
    await session.wait(1);

    expect(session.state).toEqual([`MCU 'mcu' shutdown: Timer too close
This often indicates the host computer is overloaded. Check
for other processes consuming excessive CPU time, high swap
usage, disk errors, overheating, unstable voltage, or
similar system problems on the host computer.${SHUTDOWN}`, "shutdown"]);
    expect(feed.result).toMatchObject({ stopped: true });
    await session.recovers();
  });

  it("is refused further moves while shut down, in the words of the shutdown", async () => {
    const session = await started();
    await session.gcode("M112");
    const { lines } = await session.gcode("G28");
    expect(lines).toBe(1);
    expect(session.responses.filter((line) => line.startsWith("!!")).at(-1)).toBe("!! Shutdown due to M112 command");
    expect(session.steps()).toBe(0);
  });
});

describe("a start", () => {
  it.each([
    ["a value that is no number", CONFIG.replace("max_velocity: 300", "max_velocity: fast"), "Unable to parse option 'max_velocity' in section 'printer'"],
    ["a missing option", CONFIG.replace("max_accel: 3000\n", ""), "Option 'max_accel' in section 'printer' must be specified"],
    ["an option that nobody reads", CONFIG.replace("kinematics: cartesian", "kinematics: cartesian\nspeeed: 3"), "Option 'speeed' is not valid in section 'printer'"],
    ["a section that nobody knows", `${CONFIG}\n[flux_capacitor]\nx: 1\n`, "Section 'flux_capacitor' is not a valid config section"],
    ["a pin that is used twice", CONFIG.replace("dir_pin: PF12", "dir_pin: PF13"), "pin PF13 used multiple times in config"],
  ])("with %s ends in state error and tells how to go on", async (_what, config, message) => {
    const session = await started(config);
    await session.wait(1);
    expect(session.state).toEqual([`${message}\n${HALTED}`, "error"]);
    expect(session.steps()).toBe(0);

    scratch.write("printer.cfg", CONFIG);
    await session.restart("RESTART");
    expect(session.state).toEqual(READY);
  });

  it("with a pin that the board lacks leaves the micro-controller half configured, which takes FIRMWARE_RESTART", async () => {
    const session = await started(CONFIG.replace("dir_pin: PF12", "dir_pin: PZ12"));
    expect(session.state).toEqual([`Pin 'PZ12' is not a valid pin name on mcu 'mcu'\n${HALTED}`, "error"]);
    await session.wait(1);

    scratch.write("printer.cfg", CONFIG);
    await session.restart("RESTART");
    expect(session.state).toEqual([`MCU 'mcu' shutdown: oids already allocated${SHUTDOWN}`, "shutdown"]);
    await session.recovers();
  });

  it("tells that nothing answers when the micro-controller is away", async () => {
    const session = new Session(CONFIG);
    session.world.main.cut();
    session.world.start();
    await session.settled();
    expect(session.state).toEqual([`mcu 'mcu': Unable to connect${CONNECT_ERROR}`, "error"]);
    // Kalico tries for 90 s.
    expect(session.world.clock.now).toBeGreaterThan(90);
  });
});

describe("a restart of the host", () => {
  it("finds the micro-controller configured and keeps it so", async () => {
    const session = await started();
    await session.gcode("G28 X Y", "M400");
    const configured = session.commands("finalize_config");
    expect(configured).toBe(1);

    await session.restart("RESTART");

    expect(session.state).toEqual(READY);
    expect(session.commands("finalize_config")).toBe(configured);
    expect(session.commands("allocate_oids")).toBe(1);
    expect(session.resets()).toBe(0);
    expect(await session.gcode("G28", "G1 X50 F6000", "M400")).toMatchObject({ errors: [] });
  });

  it("with another configuration resets the micro-controller by itself and gets ready", async () => {
    const session = await started();
    scratch.write("printer.cfg", CONFIG.replace("dir_pin: PF12", "dir_pin: !PF12").replace("[fan]\npin: PA8", "[fan]\npin: PB3"));

    await session.restart("RESTART");
    // The host asks for the second start itself.
    expect(session.world.ended ?? session.state[1]).toBe("firmware_restart");
    await session.world.restart();
    await session.settled();

    expect(session.state).toEqual(READY);
    expect(session.resets()).toBe(1);
    expect(session.commands("finalize_config")).toBe(2);
  });

  it("does not wake a micro-controller that is shut down: that takes FIRMWARE_RESTART", async () => {
    const session = await started();
    await session.gcode("M112");
    await session.restart("RESTART");
    expect(session.state).toEqual([`Can not update MCU 'mcu' config as it is shutdown${CONNECT_ERROR}`, "error"]);
    await session.recovers();
  });

  it("may be made ten times in a row", async () => {
    const session = await started();
    for (let i = 0; i < 10; i++) await session.restart(i % 2 === 0 ? "FIRMWARE_RESTART" : "RESTART");
    expect(session.state).toEqual(READY);
    expect(session.resets()).toBe(5);
  });
});

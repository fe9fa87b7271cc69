/**
 * The suite for an attached board: reads its dictionary, shows what is there, refuses what the profile does not allow, measures,
 * and leaves the board stopped when anything goes wrong or takes too long. Only what the profile allows is ever configured.
 */
import { ClockSync } from "../../host/transport/clocksync.js";
import { Reactor } from "../../host/reactor/reactor.js";
import { SerialReader } from "../../host/transport/serialhdl.js";
import type { HostLines } from "../world/live-printer.js";
import type { RealtimeWorld } from "../world/realtime-world.js";
import { measureClock, measureCommandRate, measureRoundTrip, measureSteps, type BoardSession, type Measurement } from "./measure.js";
import { BoardRefused, checkProfile, type BoardProfile } from "./profile.js";

export interface BoardSuiteOptions {
  world: RealtimeWorld;
  lines: HostLines;
  /** Bits per second; undefined: the line has no speed. */
  baud?: number;
  profile: BoardProfile;
  log(text: string): void;
}

export interface BoardReport {
  /** What the dictionary says. */
  board: Record<string, string | number>;
  measurements: Measurement[];
  /** Why the suite was given up; undefined when it ran to its end. */
  error?: string;
  /** Whether an emergency stop was the last thing sent. */
  stopped: boolean;
}

/** Time for an emergency stop to leave, seconds. */
const STOP_SECONDS = 0.1;

/** Runs the suite. @throws BoardRefused before anything on the board was touched, TransportError when there is none */
export async function runBoardSuite(options: BoardSuiteOptions): Promise<BoardReport> {
  const { world, lines, profile, log } = options;
  const reactor = new Reactor(world.clock);
  world.add(reactor);
  const serial = new SerialReader(reactor, { warnPrefix: "", log: (level, text) => { if (level === "error" || level === "warning") log(text); } });
  const opener = {
    openPort: (name: string, section: unknown, line?: { rts: boolean }) => world.portInTurn(lines.openPort(name, section, line)),
    addParticipant: world.add.bind(world), removeParticipant: world.remove.bind(world),
  };
  const report: BoardReport = { board: {}, measurements: [], stopped: false };
  let failure: unknown;
  const limit = world.clock.monotonic() + profile.maxSeconds;
  let over = false;
  let touched = false;
  let shutdown: string | undefined;
  const body = async (): Promise<void> => {
    await serial.connect(opener, "mcu", SECTION, { rts: true, baud: options.baud });
    const parser = serial.getMsgparser();
    report.board = describeBoard(serial);
    for (const [name, value] of Object.entries(report.board)) log(`${name}: ${value}`);
    checkProfile(profile, parser);
    log(`profile "${profile.name}" allows ${profile.allow.join(", ") || "no pin"}`);
    const config = await serial.sendWithResponse("get_config", "config");
    if (config["is_shutdown"] === 1) throw new BoardRefused("The board is shut down: reset it, and run the suite again");
    if (config["is_config"] === 1 && profile.stepper !== undefined) throw new BoardRefused("The board is configured already, by a printer host or an earlier run: reset it, and run the suite again");
    serial.registerResponse((params) => { shutdown ??= String(params["static_string_id"]); }, "shutdown");
    serial.registerResponse(() => undefined, "stats");
    const clockSync = new ClockSync(reactor, () => undefined);
    await clockSync.connect(serial);
    const session: BoardSession = { reactor, serial, clockSync, profile, shutdown: () => shutdown };
    touched = true;
    for (const [what, measure] of MEASURES) {
      log(`measuring ${what} …`);
      report.measurements.push(...await measure(session));
      if (shutdown !== undefined && measure !== measureSteps) throw new Error("a command was refused");
    }
    clockSync.disconnect();
  };
  reactor.registerCallback(async () => {
    try {
      await body();
    } catch (error) {
      failure = error;
    }
    over = true;
  });
  const stop = await world.run(() => over, limit);
  if (!over) failure = new Error(stop === "aborted" ? "interrupted" : `The suite took longer than its ${profile.maxSeconds} s ("maxSeconds" of the profile)`);
  world.resume();
  const foundShutdown = shutdown;
  if (touched && (failure !== undefined || profile.stepper !== undefined)) report.stopped = await emergencyStop(serial, world);
  await endSession(serial, reactor, world);
  if (failure instanceof BoardRefused) throw failure;
  if (failure !== undefined) {
    const text = failure instanceof Error ? failure.message : String(failure);
    report.error = foundShutdown === undefined ? text : `The board has shut itself down: ${foundShutdown} (${text})`;
  }
  return report;
}

const MEASURES: readonly (readonly [string, (session: BoardSession) => Promise<Measurement[]>])[] = [
  ["the clock", measureClock], ["the round trip", measureRoundTrip], ["the command rate", measureCommandRate], ["steps", measureSteps],
];

/** There is no configuration: the lines know the device by its name. */
const SECTION = {
  get: (_option: string, choice?: { default: string | null }): string | null => choice?.default ?? null,
  getInt: (_option: string, choice?: { default: number }): number => choice?.default ?? 0,
};

function describeBoard(serial: SerialReader): BoardReport["board"] {
  const parser = serial.getMsgparser();
  const constants = parser.getConstants();
  const { version } = parser.getVersionInfo();
  const pins = Object.keys(parser.getEnumerations()["pin"] ?? {});
  return {
    firmware: `${parser.getAppInfo() ?? "unknown"} ${version}`, MCU: constants["MCU"] ?? "unknown", CLOCK_FREQ: constants["CLOCK_FREQ"] ?? 0,
    pins: pins.length, reserved: Object.keys(constants).filter((name) => name.startsWith("RESERVE_PINS_")).map((name) => `${name.slice("RESERVE_PINS_".length)} ${constants[name]}`).join("; ") || "none",
  };
}

/** The last act: whatever was started ends, every output goes to its default. */
async function emergencyStop(serial: SerialReader, world: RealtimeWorld): Promise<boolean> {
  try {
    serial.send("emergency_stop");
  } catch {
    return false;
  }
  await world.run(() => false, world.clock.monotonic() + STOP_SECONDS);
  return true;
}

async function endSession(serial: SerialReader, reactor: Reactor, world: RealtimeWorld): Promise<void> {
  serial.disconnect();
  await world.run(() => false, world.clock.monotonic() + STOP_SECONDS);
  world.remove(reactor);
  reactor.end();
  reactor.finalize();
}

/**
 * An attached board, seen by the harness itself without a printer host: what it is (a look that changes nothing), a reset to a
 * clean slate, and the emergency stop that is the last act. Each opens the line anew, so that it works whatever became of
 * the process that had it before.
 */
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { Reactor } from "../../host/reactor/reactor.js";
import { SerialReader } from "../../host/transport/serialhdl.js";
import { encodeBlock } from "../../host/wire/index.js";
import { RealtimeWorld } from "../world/realtime-world.js";
import { SerialLines } from "../world/serial-lines.js";
import { BoardRefused } from "./profile.js";

export interface BoardLine {
  /** Path of the device. */
  port: string;
  /** Bits per second. */
  baud: number;
  log(text: string): void;
}

/** What a board says of itself. */
export interface BoardFacts {
  /** Constant MCU. */
  mcu: string;
  /** Application and version of the firmware. */
  firmware: string;
  clockFreq: number;
  /** JSON text of the dictionary. */
  dictionary: string;
  isConfigured: boolean;
  isShutdown: boolean;
}

/** Seconds in which a board must say who it is. */
const IDENTIFY_SECONDS = 20;
/** Pause that a reset takes, and the time after which it has failed, seconds. */
const RESET_PAUSE = 1;
const RESET_SECONDS = 15;
/** Time for last bytes to leave, seconds. */
const LEAVE_SECONDS = 0.1;
/** Time for the answer that tells whether a board is stopped, seconds. */
const ANSWER_SECONDS = 2;
/** How long a device may stay busy after its owner has ended, milliseconds. */
const BUSY_MS = 500;

/** Reads dictionary and state; changes nothing. @throws TransportError, BoardRefused when nobody answers */
export function readBoard(line: BoardLine, signal?: AbortSignal): Promise<BoardFacts> {
  return withBoard(line, async (serial) => {
    const parser = serial.getMsgparser();
    const constants = parser.getConstants();
    const config = await serial.sendWithResponse("get_config", "config");
    return {
      mcu: String(constants["MCU"] ?? "unknown"), firmware: `${parser.getAppInfo() || "unknown"} ${parser.getVersionInfo().version}`.trim(), clockFreq: Number(constants["CLOCK_FREQ"] ?? 0),
      dictionary: parser.rawIdentifyData, isConfigured: config["is_config"] === 1, isShutdown: config["is_shutdown"] === 1,
    };
  }, signal);
}

/** Restarts the firmware, so that nothing of an earlier configuration stays. @throws BoardRefused when that cannot be done */
export async function resetBoard(line: BoardLine, signal?: AbortSignal): Promise<BoardFacts> {
  await withBoard(line, async (serial, pause) => {
    const parser = serial.getMsgparser();
    const [reset, configReset] = ["reset", "config_reset"].map((name) => parser.messageByName(name) !== undefined);
    if (!reset && !configReset) throw new BoardRefused("The board is configured or shut down, and its firmware has no command that resets it: reset it by hand, and run again");
    // Where only the configuration can be cleared, the firmware wants to be shut down before; a shutdown drops what came with it.
    for (const command of reset ? ["reset"] : ["emergency_stop", "config_reset"]) {
      serial.send(command);
      await pause(LEAVE_SECONDS);
    }
  }, signal);
  const { clock } = new RealtimeWorld();
  for (;;) {
    await new Promise<void>((resolve) => { setTimeout(resolve, RESET_PAUSE * 1000); });
    try {
      const facts = await readBoard(line, signal);
      if (!facts.isConfigured && !facts.isShutdown) return facts;
    } catch (error) {
      if (clock.monotonic() > RESET_SECONDS) throw error;
    }
    if (clock.monotonic() > RESET_SECONDS) throw new BoardRefused(`The board did not come back clean within ${RESET_SECONDS} s of a reset: reset it by hand, and run again`);
  }
}

/** Sends an emergency stop and asks whether it took effect. Never throws. */
export async function stopBoard(line: BoardLine): Promise<boolean> {
  try {
    return await withBoard(line, async (serial, pause) => {
      serial.send("emergency_stop");
      await pause(LEAVE_SECONDS);
      const config = await serial.sendWithResponse("get_config", "config");
      return config["is_shutdown"] === 1;
    }, undefined, ANSWER_SECONDS + IDENTIFY_SECONDS);
  } catch (error) {
    line.log(`The emergency stop could not be sent: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/**
 * Sends an emergency stop at once and without waiting, for a process that is about to end. Which number the board expects of the next
 * block is not known then: all sixteen are sent, and the board takes those that fit.
 * @param stop the command as the board's dictionary numbers it
 */
export function stopBoardNow(port: string, stop: Uint8Array): boolean {
  const blocks = Buffer.concat([Uint8Array.of(0x7e), ...Array.from({ length: 16 }, (_, sequence) => encodeBlock(sequence, stop))]);
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited <= BUSY_MS; waited += 10) {
    try {
      const file = openSync(port, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
      writeSync(file, blocks);
      closeSync(file);
      return true;
    } catch {
      // The process that had the device may still be ending.
      Atomics.wait(cell, 0, 0, 10);
    }
  }
  return false;
}

type Pause = (seconds: number) => Promise<void>;

/** Opens the line, lets `body` talk, closes it. */
async function withBoard<T>(line: BoardLine, body: (serial: SerialReader, pause: Pause) => Promise<T>, signal?: AbortSignal, seconds = IDENTIFY_SECONDS): Promise<T> {
  const world = new RealtimeWorld();
  const abort = (): void => world.abort();
  signal?.addEventListener("abort", abort);
  // Attempts that fail are told when all of them have.
  let trouble: string | undefined;
  const lines = new SerialLines({ devices: new Map([["mcu", line.port]]), log: (_level, text) => { trouble = text; } });
  const reactor = new Reactor(world.clock);
  world.add(reactor);
  const serial = new SerialReader(reactor, { warnPrefix: "", log: (level, text) => { if (level === "error" || level === "warning") trouble = text; } });
  const section = {
    get: (_option: string, choice?: { default: string | null }): string | null => choice?.default ?? null,
    getInt: (_option: string, choice?: { default: number }): number => line.baud || (choice?.default ?? 0),
  };
  let outcome: { value: T } | { error: unknown } | undefined;
  reactor.registerCallback(async () => {
    try {
      const opener = {
        openPort: (name: string, _section: unknown, options?: { rts: boolean }) => world.portInTurn(lines.openPort(name, section, options)),
        addParticipant: world.add.bind(world), removeParticipant: world.remove.bind(world),
      };
      await serial.connect(opener, "mcu", section, { rts: true, baud: line.baud });
      outcome = { value: await body(serial, async (pause) => { await reactor.pause(reactor.monotonic() + pause); }) };
    } catch (error) {
      outcome = { error };
    }
  });
  await world.run(() => outcome !== undefined, world.clock.monotonic() + seconds);
  world.resume();
  serial.disconnect();
  await world.run(() => false, world.clock.monotonic() + LEAVE_SECONDS);
  world.remove(reactor);
  reactor.end();
  reactor.finalize();
  signal?.removeEventListener("abort", abort);
  if (outcome === undefined) throw new BoardRefused(signal?.aborted === true ? "Interrupted" : `Nobody answered at ${line.port} within ${seconds} s: does Kalico's or Klipper's firmware run there, at ${line.baud} baud?${trouble === undefined ? "" : ` The last attempt: ${trouble}`}`);
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

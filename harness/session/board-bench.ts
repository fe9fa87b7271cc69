/**
 * A session's bench in real time: the same host on an attached board. Before the first config command is sent all of them are held
 * against the profile; a heater, or a pin that it does not allow, ends the start there. Whatever is sent later, by whatever way, goes through
 * a guarded port, which sends an emergency stop in place of a pin that is not allowed.
 */
import type { PinUse } from "../../conformance/evidence.js";
import { ConfigError } from "../../host/errors.js";
import type { ResolvedCommands } from "../../host/mcu/config-commands.js";
import { MessageParser, ProtocolError } from "../../host/wire/index.js";
import { guardedPort } from "../board/guarded-port.js";
import { PinGuard, refusalOf } from "../board/pin-guard.js";
import { setLastAct } from "../runner/last-act.js";
import type { AttachedBoard } from "../runner/messages.js";
import { LivePrinter, type HostLines } from "../world/live-printer.js";
import { SerialLines, type LineSection } from "../world/serial-lines.js";
import type { SessionBench, SessionBenchOptions } from "./session-bench.js";

/** Ends a start that is made only to see what would be sent. */
export const ONLY_LOOKING = "nothing was sent: this start only looked at the configuration";
/** Time for a port to close, seconds. */
const CLOSE_SECONDS = 0.1;

interface HostMcu {
  estimatedPrintTime(eventTime: number): number;
  printTimeToClock(printTime: number): number;
}

export function boardBench(attached: AttachedBoard): (options: SessionBenchOptions) => SessionBench {
  return (options) => {
    const { pins } = options;
    if (pins === undefined) throw new Error("An attached board needs a profile of pins");
    const parser = new MessageParser();
    parser.processIdentify(Buffer.from(attached.dictionary), false);
    const guard = new PinGuard("mcu", parser, pins.profile);
    let steps = 0;
    const note = (use: PinUse): void => pins.onUse(use);

    const serial = new SerialLines({ devices: new Map([["mcu", attached.port]]), log: (level, text) => options.observer.onLog?.(level, text, live.world.clock.monotonic()) });
    const lines: HostLines = {
      openPort: (name: string, section: LineSection, line?: { rts: boolean }) =>
        guardedPort(serial.openPort(name, section, line), { guard, strict: true, onUse: note, onSteps: (count) => { steps += count; } }),
      resetByLines: serial.resetByLines.bind(serial),
    };
    let configured = 0;
    let crc = 0;
    const approveConfig = (_mcuName: string, { config, restart, init }: ResolvedCommands, isKept: boolean): void => {
      const uses = [...config, ...restart, ...init].flatMap((command) => usesOf(guard, command));
      for (const use of uses) note(use);
      const refused = uses.find((use) => !use.allowed);
      if (refused !== undefined) throw new ConfigError(refusalOf(refused, pins.profile));
      const [heater] = live.printer?.lookupObject<{ getAllHeaters(): string[] } | null>("heaters", null)?.getAllHeaters() ?? [];
      if (heater !== undefined) throw new ConfigError(`Heater "${heater}" is refused: on an attached board nothing may heat`);
      if (attached.onlyLook) throw new ConfigError(ONLY_LOOKING);
      crc = Number(/crc=(\d+)/.exec(config.at(-1) ?? "")?.[1] ?? 0);
      if (!isKept) configured += 1;
    };
    const live = new LivePrinter({
      configFile: options.configFile, lines, observer: options.observer, watchPlugins: true, startArgs: { log_file: options.logFile, approveConfig },
      ...(options.plugins === undefined ? {} : { plugins: options.plugins }),
    });
    const { world } = live;
    setLastAct(() => live.printer?.invokeShutdown("The test harness is gone"));
    const run = (done: () => boolean, limit: number): ReturnType<SessionBench["run"]> => world.run(() => live.ended !== undefined || done(), limit);
    return {
      simulation: undefined,
      get now() { return world.clock.monotonic(); },
      get printer() { return live.printer; },
      get ended() { return live.ended; },
      get lives() { return live.lives; },
      get onStart() { return live.onStart; },
      set onStart(called) { live.onStart = called; },
      start: () => live.start(),
      async restart() { await live.nextLife(); },
      finish: () => live.finish(),
      run: (done, limit) => run(done, limit),
      async wait(seconds, limit) { await run(() => false, Math.min(world.clock.monotonic() + seconds, limit)); },
      abort: () => world.abort(),
      charge: () => undefined,
      mcuClock() {
        try {
          const mcu = live.printer!.lookupObject<HostMcu>("mcu");
          return mcu.printTimeToClock(mcu.estimatedPrintTime(world.clock.monotonic()));
        } catch {
          // Before the clock is known.
          return 0;
        }
      },
      configCrc: () => crc,
      timesConfigured: () => configured,
      totalSteps: () => steps,
      takeLateness: () => world.takeLateness(),
      cutLine: () => { throw new Error("The line of an attached board cannot be cut"); },
      forceShutdown: () => { throw new Error("An attached board is not shut down on purpose"); },
      async close() {
        setLastAct(undefined);
        world.resume();
        if (live.ended === undefined) await live.stop();
        await world.run(() => false, world.clock.monotonic() + CLOSE_SECONDS);
      },
    };
  };
}

/** Uses in a config command; of one that the firmware does not take the host itself says what is wrong. */
function usesOf(guard: PinGuard, command: string): PinUse[] {
  try {
    return guard.usesOfText(command);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const pin = /Unknown value '(.*)' in enumeration 'pin'$/.exec(error.message)?.[1];
    throw new ConfigError(pin === undefined ? error.message : `Pin '${pin}' is not a valid pin name on mcu '${guard.mcu}'`);
  }
}

/** A session's bench in virtual time: the simulated world. */
import type { PinProfile, PinUse } from "../../conformance/evidence.js";
import type { Port } from "../../host/transport/port.js";
import { MessageParser } from "../../host/wire/index.js";
import { guardedPort } from "../board/guarded-port.js";
import { PinGuard } from "../board/pin-guard.js";
import { SimWorld, type BenchMcu } from "../world/sim-world.js";
import type { SessionBench, SessionBenchOptions } from "./session-bench.js";

export function simBench(options: SessionBenchOptions): SessionBench {
  const { pins } = options;
  const world = new SimWorld({
    configFile: options.configFile, board: options.board, seed: options.seed, observer: options.observer, watchPlugins: true, startArgs: { log_file: options.logFile },
    ...(options.plugins === undefined ? {} : { plugins: options.plugins }),
    ...(options.jitter === undefined ? {} : { jitter: options.jitter }),
    ...(pins === undefined ? {} : { portOf: watchedPorts(pins) }),
  });
  const { main } = world;
  return {
    simulation: world,
    get now() { return world.clock.now; },
    get printer() { return world.printer; },
    get ended() { return world.ended; },
    get lives() { return world.lives; },
    get onStart() { return world.onStart; },
    set onStart(called) { world.onStart = called; },
    start: () => world.start(),
    restart: () => world.restart(),
    finish: () => world.finish(),
    run: (done, limit, tick) => world.run(done, limit, tick),
    async wait(seconds, limit, tick) {
      const until = world.clock.now + seconds;
      await world.run(() => world.world.worldTime >= until, Math.min(until, limit), tick);
      world.world.worldTime = Math.max(world.world.worldTime, world.ended === undefined ? until : 0);
    },
    abort: () => world.world.abort(),
    charge: (seconds) => world.world.charge(seconds),
    mcuClock: () => main.mcu.clockAt(world.clock.now),
    configCrc: () => main.mcu.firmware.configCrc,
    timesConfigured: () => main.trace.marks.filter((m) => m.kind === "configured").length,
    totalSteps: () => world.mcus.reduce((sum, { trace }) => sum + trace.allSteps().reduce((n, s) => n + s.steps, 0), 0),
    takeLateness: () => 0,
    cutLine: () => main.cut(),
    forceShutdown: () => main.forceShutdown(),
    close: () => Promise.resolve(),
  };
}

/** Ports that tell which pins the host uses; nothing is held back from a simulated board. */
function watchedPorts({ profile, onUse }: { profile: PinProfile; onUse(use: PinUse): void }): (bench: BenchMcu) => Port {
  return (bench) => {
    const parser = new MessageParser();
    parser.processIdentify(bench.mcu.firmware.table.dictionary);
    return guardedPort(bench.openPort(), { guard: new PinGuard(bench.name, parser, profile), strict: false, onUse });
  };
}

/**
 * Base commands: identification, configuration of oids and the move pool, clock, uptime, statistics, shutdown and restart; and the
 * housekeeping timer that wakes the statistics task every 100 ms.
 */
import { clock32Of } from "./clock.js";
import { IDENTIFY_FORMAT, IDENTIFY_RESPONSE_FORMAT } from "./command-table.js";
import { FirmwareTimer, type FirmwareContext, type FirmwareFeature } from "./feature.js";
import type { Firmware } from "./firmware.js";

/** Divisor of the sum of squares in `stats`. */
const STATS_SUMSQ_BASE = 256;
const HOUSEKEEPING_US = 100_000;
const STATS_US = 5_000_000;

/** Load statistics since the last `stats` message. */
class Stats {
  count = 0;
  sum = 0;
  sumsq = 0;
  /** 64 bit clock of the last message. */
  sentClock = 0;

  /** One turn of the task loop that was busy for `ticks`. */
  note(ticks: number): void {
    this.count++;
    this.sum = (this.sum + ticks) % 0x100000000;
    const square = ticks <= 0xffff ? Math.ceil((ticks * ticks) / STATS_SUMSQ_BASE) : Math.ceil(ticks / STATS_SUMSQ_BASE) * ticks;
    this.sumsq = ticks > 0xfffff ? 0xffffffff : Math.min(0xffffffff, this.sumsq + square);
  }
}

function statsOf(ctx: FirmwareContext): Stats {
  return ctx.featureState("stats", () => new Stats());
}

/** Notes the task time that a block of commands took and sends `stats` when it is time. */
export function updateStats(ctx: FirmwareContext, ticks: number): void {
  const stats = statsOf(ctx);
  stats.note(Math.max(0, Math.round(ticks)));
  if (ctx.now - stats.sentClock < ctx.ticksFromUs(STATS_US)) return;
  ctx.send("stats count=%u sum=%u sumsq=%u", stats.count, stats.sum, stats.sumsq);
  stats.sentClock = ctx.now;
  stats.count = stats.sum = stats.sumsq = 0;
}

function startHousekeeping(ctx: FirmwareContext): void {
  const period = ctx.ticksFromUs(HOUSEKEEPING_US);
  const task = (): void => updateStats(ctx, ctx.board.commandCost);
  const timer = new FirmwareTimer((self) => {
    ctx.wakeTask(task);
    self.waketime += period;
    return true;
  });
  timer.waketime = (Math.floor(ctx.now / period) + 1) * period;
  ctx.addTimer(timer);
}

/** The base commands of one firmware; it is the only feature that knows the core itself. */
export function basecmd(core: () => Firmware, restartCommand: "reset" | "config_reset"): FirmwareFeature {
  const restart = (ctx: FirmwareContext): void => {
    if (restartCommand === "config_reset" && !ctx.isShutdown) ctx.shutdown("config_reset only available when shutdown");
    ctx.requestReset();
  };
  return {
    name: "basecmd",
    constants: { STATS_SUMSQ_BASE },
    commands: [
      { format: IDENTIFY_FORMAT, flags: "in-shutdown", handler(args, ctx) {
        const dictionary = core().table.dictionary;
        const offset = args.u32(0);
        ctx.send(IDENTIFY_RESPONSE_FORMAT, offset, dictionary.subarray(Math.min(offset, dictionary.length), Math.min(offset + args.u8(1), dictionary.length)));
      } },
      { format: "allocate_oids count=%c", handler(args) { core().allocateOids(args.u8(0)); } },
      { format: "get_config", flags: "in-shutdown", handler(_args, ctx) {
        const { configCrc, moveCount } = core();
        ctx.send("config is_config=%c crc=%u is_shutdown=%c move_count=%hu", ctx.isFinalized ? 1 : 0, configCrc, ctx.isShutdown ? 1 : 0, moveCount);
      } },
      { format: "finalize_config crc=%u", handler(args) { core().finalizeConfig(args.u32(0)); } },
      { format: "get_clock", flags: "in-shutdown", handler(_args, ctx) { ctx.send("clock clock=%u", clock32Of(ctx.now)); } },
      { format: "get_uptime", flags: "in-shutdown", handler(_args, ctx) {
        ctx.send("uptime high=%u clock=%u", Math.floor(ctx.now / 0x100000000), clock32Of(ctx.now));
      } },
      { format: "emergency_stop", flags: "in-shutdown", handler(_args, ctx) { ctx.shutdown("Command request"); } },
      { format: "clear_shutdown", flags: "in-shutdown", handler() { core().clearShutdown(); } },
      { format: restartCommand, flags: "in-shutdown", handler(_args, ctx) { restart(ctx); } },
      { format: "debug_read order=%c addr=%u", flags: "in-shutdown", handler(_args, ctx) { ctx.send("debug_result val=%u", 0); } },
      { format: "debug_write order=%c addr=%u val=%u", flags: "in-shutdown", handler() { /* There is no memory to write to. */ } },
      { format: "debug_ping data=%*s", flags: "in-shutdown", handler(args, ctx) { ctx.send("pong data=%*s", args.bytes(0)); } },
      { format: "debug_nop", flags: "in-shutdown", handler() { /* Measures dispatch. */ } },
    ],
    responses: [
      IDENTIFY_RESPONSE_FORMAT, "config is_config=%c crc=%u is_shutdown=%c move_count=%hu", "clock clock=%u", "uptime high=%u clock=%u",
      "stats count=%u sum=%u sumsq=%u", "starting", "is_shutdown static_string_id=%hu", "shutdown clock=%u static_string_id=%hu",
      "debug_result val=%u", "pong data=%*s",
    ],
    staticStrings: [
      "Command request", "Timer too close", "Rescheduled timer in the past", "Invalid command", "Command parser error", "Message encode error",
      "oids already allocated", "Can't assign oid", "Invalid oid type", "alloc_chunk failed", "alloc_chunks failed", "Already finalized",
      "Invalid move request size", "Move queue overflow", "Shutdown cleared when not shutdown", "config_reset only available when shutdown",
      "sentinel timer called", "Not an output pin", "Not a valid input pin", "Not an input pin", "Unable to open in GPIO chip line",
      "Not a valid ADC pin", "Not a valid PWM pin",
    ],
    onInit: startHousekeeping,
    onShutdown: startHousekeeping,
  };
}

/**
 * The control wire of a BLTouch: a servo signal of 20 ms period whose pulse widths are commands. Keeps the times at which commands may be
 * sent and at which what they start has ended. Print times and durations in seconds.
 */
import type { Printer } from "../../heaters/host-types.js";
import type { McuPwm } from "../../mcu/pwm.js";
import type { Toolhead } from "../../motion/surface.js";

const SIGNAL_PERIOD = 0.02;
/** A command is repeated for at least so long, and silence of the same length follows. */
const MIN_COMMAND_SECONDS = 5 * SIGNAL_PERIOD;

/** Pulse widths, seconds. */
export const BLTOUCH_COMMANDS = {
  pin_down: 0.00065, touch_mode: 0.001165, pin_up: 0.001475, self_test: 0.00178, reset: 0.00219,
  set_5V_output_mode: 0.001988, set_OD_output_mode: 0.002091, output_mode_store: 0.001884,
} as const;
export type BlTouchCommand = keyof typeof BLTOUCH_COMMANDS;

export class BlTouchLine {
  readonly pwm: McuPwm;
  /** When the next command may begin. */
  nextCmdTime = 0;
  /** When the last command has done its work. */
  actionEndTime = 0;
  private readonly printer: Printer;

  constructor(printer: Printer, pwm: McuPwm) {
    this.printer = printer;
    this.pwm = pwm;
    pwm.setupMaxDuration(0);
    pwm.setupCycleTime(SIGNAL_PERIOD);
  }

  /** The next command goes out as soon as the micro-controller can have it: motion is not waited for. */
  syncMcuPrintTime(): void {
    const estimated = this.pwm.getMcu().estimatedPrintTime(this.printer.getReactor().monotonic());
    this.nextCmdTime = Math.max(this.nextCmdTime, estimated + MIN_COMMAND_SECONDS);
  }

  /** Motion and commands wait for each other. */
  async syncPrintTime(): Promise<void> {
    const toolhead = this.printer.lookupObject<Toolhead>("toolhead");
    const printTime = toolhead.getLastMoveTime();
    if (this.nextCmdTime > printTime) await toolhead.dwell(this.nextCmdTime - printTime);
    else this.nextCmdTime = printTime;
  }

  /** Sends a command that takes `duration`; the signal ends within it, after a whole number of periods. */
  send(command: BlTouchCommand, duration = MIN_COMMAND_SECONDS): void {
    const start = this.nextCmdTime;
    const mcu = this.pwm.getMcu();
    const periods = Math.trunc((duration - MIN_COMMAND_SECONDS) / SIGNAL_PERIOD);
    const signalSeconds = Math.max(MIN_COMMAND_SECONDS, periods * SIGNAL_PERIOD);
    // Counted in ticks: the clock of a secondary micro-controller drifts.
    const end = mcu.clockToPrintTime(mcu.printTimeToClock(start) + mcu.secondsToClock(signalSeconds));
    this.pwm.setPwm(start, BLTOUCH_COMMANDS[command] / SIGNAL_PERIOD);
    this.pwm.setPwm(end, 0);
    this.actionEndTime = start + duration;
    this.nextCmdTime = Math.max(this.actionEndTime, end + MIN_COMMAND_SECONDS);
  }
}

/** Object `pause_resume`: PAUSE, RESUME, CLEAR_PAUSE and CANCEL_PRINT, with the position kept in between. */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { Printer } from "../printer/printer-surface.js";

/** The source of a print that can be held, e.g. `virtual_sdcard`. */
interface PrintSource {
  isActive(): boolean;
  doPause(): Promise<void>;
  doResume(): void;
  doCancel(): Promise<void>;
}

/** Who feeds the print with lines, and can be asked to stop. */
interface Feeder {
  hold(): Promise<void> | undefined;
  release(): void;
  drop(): Promise<void> | undefined;
}

interface Webhooks {
  registerEndpoint?(path: string, callback: (request: unknown) => unknown): void;
}

export class PauseResume {
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  /** mm/s */
  readonly recoverVelocity: number;
  vSd: PrintSource | null = null;
  isPaused = false;
  sdPaused = false;
  pauseCommandSent = false;
  readonly #file: Feeder = {
    hold: () => this.vSd!.doPause(),
    release: () => this.vSd!.doResume(),
    drop: () => this.vSd!.doCancel(),
  };
  /** Somebody beyond the line that the answers go to, who reads actions in them. */
  readonly #sender: Feeder = {
    hold: () => this.#tell("paused"),
    release: () => this.#tell("resumed"),
    drop: () => this.#tell("cancel"),
  };

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.recoverVelocity = config.getFloat("recover_velocity", { default: 50 });
    this.printer.registerEventHandler("klippy:connect", () => {
      this.vSd = this.printer.lookupObject<PrintSource | null>("virtual_sdcard", null);
    });
    const add = (command: string, handler: (gcmd: GCodeCommand) => void | Promise<void>, desc: string): void => {
      this.gcode.registerCommand(command, handler, { desc });
    };
    add("PAUSE", (gcmd) => this.#pause(gcmd), "Pauses the current print");
    add("RESUME", (gcmd) => this.#resume(gcmd), "Resumes the print from a pause");
    add("CLEAR_PAUSE", () => this.#clearPause(), "Clears the current paused state without resuming the print");
    add("CANCEL_PRINT", () => this.#cancel(), "Cancel the current print");
    const webhooks = this.printer.lookupObject<Webhooks | null>("webhooks", null);
    for (const [path, script] of [["cancel", "CANCEL_PRINT"], ["pause", "PAUSE"], ["resume", "RESUME"]] as const) {
      webhooks?.registerEndpoint?.(`pause_resume/${path}`, () => this.gcode.runScript(script));
    }
  }

  getStatus(_eventTime?: number): { is_paused: boolean } {
    return { is_paused: this.isPaused };
  }

  /** Whether a file prints. */
  isSdActive(): boolean {
    return this.vSd !== null && this.vSd.isActive();
  }

  #tell(action: string): undefined {
    this.gcode.respondInfo(`action:${action}`);
  }

  /** Holds the print, from an event as well; PAUSE itself is another matter. Once, until it goes on. */
  async sendPauseCommand(): Promise<void> {
    if (this.pauseCommandSent) return;
    this.sdPaused = this.isSdActive();
    const held = (this.sdPaused ? this.#file : this.#sender).hold();
    if (held !== undefined) await held;
    this.pauseCommandSent = true;
  }

  /** Lets the print go on. */
  sendResumeCommand(): void {
    (this.sdPaused ? this.#file : this.#sender).release();
    this.sdPaused = this.pauseCommandSent = false;
  }

  async #pause(gcmd: GCodeCommand): Promise<void> {
    if (this.isPaused) {
      gcmd.respondInfo("Print already paused");
      return;
    }
    await this.sendPauseCommand();
    await this.gcode.runScriptFromCommand("SAVE_GCODE_STATE NAME=PAUSE_STATE");
    this.isPaused = true;
  }

  async #resume(gcmd: GCodeCommand): Promise<void> {
    if (!this.isPaused) {
      gcmd.respondInfo("Print is not paused, resume aborted");
      return;
    }
    const velocity = gcmd.getFloat("VELOCITY", { default: this.recoverVelocity });
    await this.gcode.runScriptFromCommand(`RESTORE_GCODE_STATE NAME=PAUSE_STATE MOVE=1 MOVE_SPEED=${formatFixed(velocity, 4)}`);
    this.sendResumeCommand();
    this.isPaused = false;
  }

  #clearPause(): void {
    this.isPaused = this.pauseCommandSent = false;
  }

  async #cancel(): Promise<void> {
    const dropped = (this.isSdActive() || this.sdPaused ? this.#file : this.#sender).drop();
    if (dropped !== undefined) await dropped;
    this.#clearPause();
  }
}

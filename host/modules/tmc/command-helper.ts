/**
 * What all drivers do: their registers are sent at connect and whenever the motor is enabled, the position of the motor's phase is kept, and
 * DUMP_TMC, INIT_TMC, SET_TMC_FIELD and SET_TMC_CURRENT are theirs. A driver without an enable pin is switched by its chopper (TOFF).
 */
import type { ConfigSection } from "../../config/config-section.js";
import { CommandError } from "../../errors.js";
import type { GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { PrinterStepperEnable } from "../../motion/stepper-enable.js";
import type { McuStepper } from "../../motion/stepper.js";
import type { Mutex } from "../../reactor/mutex.js";
import type { CurrentHelper } from "./current.js";
import { ErrorCheck } from "./error-check.js";
import type { FieldHelper } from "./fields.js";
import { phaseOffset, phasesOf, readTablePosition } from "./motor-phase.js";
import type { McuTmc } from "./ports.js";
import { velocityTicks } from "./thresholds.js";

/** Step pulse that suits every driver, s. */
const PULSE_SECONDS = 0.0000001;

/** Looks at a register as it was read, and tells which view of it is the right one. */
export type ReadTranslate = (registerName: string, value: number) => [registerName: string, value: number];

interface PhaseToolhead {
  getLastMoveTime(): number;
  waitMoves(): Promise<void>;
}

export class TmcCommandHelper {
  readonly name: string;
  readonly stepperName: string;
  readonly printer: Printer;
  readonly mcuTmc: McuTmc;
  readonly fields: FieldHelper;
  readonly currentHelper: CurrentHelper;
  readonly errorCheck: ErrorCheck;
  readonly stepperEnable: PrinterStepperEnable;
  /** Known once the micro-controllers are identified. */
  stepper: McuStepper | undefined;
  mcuPhaseOffset: number | null = null;
  /** Gives a value that was read the register that it is of, where that depends on the chip. */
  readonly translation: ReadTranslate | null;
  /** The chopper's off time, where it is what switches the motor. */
  toff: number | undefined;

  constructor(config: ConfigSection, mcuTmc: McuTmc, currentHelper: CurrentHelper, translation: ReadTranslate | null = null) {
    this.printer = config.getPrinter();
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.stepperName = config.getName().split(/\s+/).slice(1).join(" ");
    this.mcuTmc = mcuTmc;
    this.fields = mcuTmc.getFields();
    this.currentHelper = currentHelper;
    this.translation = translation;
    this.errorCheck = new ErrorCheck(config, mcuTmc);
    this.stepperEnable = this.printer.loadObject(config, "stepper_enable");
    this.printer.registerEventHandler("stepper:sync_mcu_position", (stepper: McuStepper) => this.syncPhase(stepper));
    this.printer.registerEventHandler("stepper:set_dir_inverted", (stepper: McuStepper) => {
      this.printer.getReactor().registerCallback(() => this.syncPhase(stepper));
    });
    this.printer.registerEventHandler("klippy:mcu_identify", () => this.adoptStepper(config));
    this.printer.registerEventHandler("klippy:connect", () => this.connect());
    const gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const register = (command: string, desc: string, handler: (gcmd: GCodeCommand) => void | Promise<void>): void =>
      void gcode.registerMuxCommand(command, "STEPPER", this.name, handler, { desc });
    register("SET_TMC_FIELD", "Set a register field of a TMC driver", (gcmd) => this.cmdSetField(gcmd));
    register("INIT_TMC", "Initialize TMC stepper driver registers", () => this.cmdInit());
    register("SET_TMC_CURRENT", "Set the current of a TMC driver", (gcmd) => this.cmdSetCurrent(gcmd));
    register("DUMP_TMC", "Read and display TMC stepper driver registers", (gcmd) => this.cmdDump(gcmd));
  }

  // ---- registers ----

  get readRegisters(): readonly string[] {
    return this.fields.table.readable;
  }

  /** What was read, under the register that it is of. */
  readTranslate(register: string, value: number): [registerName: string, value: number] {
    return this.translation?.(register, value) ?? [register, value];
  }

  async initRegisters(printTime: number | null = null): Promise<void> {
    // Values are looked up one by one: a command may change them meanwhile.
    for (const register of [...this.fields.registers.keys()]) await this.mcuTmc.setRegister(register, this.fields.registers.get(register)!, printTime);
  }

  private lastMoveTime(): number {
    return this.printer.lookupObject<PhaseToolhead>("toolhead").getLastMoveTime();
  }

  private async cmdInit(): Promise<void> {
    this.printer.log("info", `INIT_TMC ${this.name}`);
    await this.initRegisters(this.lastMoveTime());
  }

  private async cmdSetField(gcmd: GCodeCommand): Promise<void> {
    const field = gcmd.get("FIELD").toLowerCase();
    const register = this.fields.lookupRegister(field);
    if (register === undefined) throw gcmd.error(`Unknown field name '${field}'`);
    let value = gcmd.getInt("VALUE", { default: null });
    const velocity = gcmd.getFloat("VELOCITY", { default: null, minval: 0 });
    if ((value === null) === (velocity === null)) throw gcmd.error("Specify either VALUE or VELOCITY");
    if (velocity !== null) {
      const frequency = this.mcuTmc.getTmcFrequency();
      if (frequency === null) throw gcmd.error("VELOCITY parameter not supported by this driver");
      value = velocityTicks(frequency, this.stepper!.getStepDist(), this.fields.getField("mres"), velocity);
    }
    const word = this.fields.setField(field, value!);
    await this.mcuTmc.setRegister(register, word, this.lastMoveTime());
  }

  private async cmdSetCurrent(gcmd: GCodeCommand): Promise<void> {
    const helper = this.currentHelper;
    const [previousRun, , requestedHold, max] = helper.getCurrent();
    const run = gcmd.getFloat("CURRENT", { default: null, minval: 0, maxval: max });
    const hold = gcmd.getFloat("HOLDCURRENT", { default: null, above: 0, maxval: max });
    const home = gcmd.getFloat("HOMECURRENT", { default: null, above: 0, maxval: max });
    if (run !== null) helper.setRunCurrent(run);
    if (home !== null) helper.setHomeCurrent(home);
    if (run !== null || hold !== null || home !== null) {
      await helper.setCurrent(run ?? previousRun, hold ?? requestedHold!, this.lastMoveTime());
    }
    const [newRun, newHold, , , newHome] = helper.getCurrent();
    const shown = [["Run", newRun], ["Hold", newHold], ["Home", newHome]] as const;
    gcmd.respondInfo(shown.flatMap(([word, amps]) => (amps === null ? [] : [`${word} Current: ${formatFixed(amps, 2)}A`])).join(" "));
  }

  private async cmdDump(gcmd: GCodeCommand): Promise<void> {
    this.printer.log("info", `DUMP_TMC ${this.name}`);
    const { table, registers } = this.fields;
    const query = async (register: string): Promise<void> => {
      gcmd.respondInfo(this.fields.prettyFormat(...this.readTranslate(register, await this.mcuTmc.getRegister(register))));
    };
    const wanted = gcmd.get("REGISTER", { default: null })?.toUpperCase();
    if (wanted !== undefined) {
      if (table.readable.includes(wanted)) await query(wanted);
      else if (registers.has(wanted)) gcmd.respondInfo(this.fields.prettyFormat(wanted, registers.get(wanted)!));
      else throw gcmd.error(`Unknown register name '${wanted}'`);
      return;
    }
    gcmd.respondInfo("========== Write-only registers ==========");
    for (const [register, value] of registers) if (!table.readable.includes(register)) gcmd.respondInfo(this.fields.prettyFormat(register, value));
    gcmd.respondInfo("========== Queried registers ==========");
    for (const register of table.readable) await query(register);
  }

  // ---- phase of the motor ----

  /** [steps between position 0 and phase 0, phases of a cycle]; the offset is null while it is not known. */
  getPhaseOffset(): [offset: number | null, phases: number] {
    return [this.mcuPhaseOffset, phasesOf(this.fields.getField("mres"))];
  }

  private async syncPhase(stepper: McuStepper): Promise<void> {
    if (stepper.getName() !== this.stepperName) return;
    let tablePosition: number;
    try {
      tablePosition = await readTablePosition(this.mcuTmc, this.fields);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.log("info", `Unable to obtain tmc ${this.stepperName} phase`);
      this.mcuPhaseOffset = null;
      if (this.stepperEnable.lookupEnable(this.stepperName).isMotorEnabled()) throw error;
      return;
    }
    const offset = phaseOffset(tablePosition, this.getPhaseOffset()[1], stepper.getMcuPosition(), stepper.getDirInverted()[0]);
    if (this.mcuPhaseOffset !== null && this.mcuPhaseOffset !== offset) {
      this.printer.log("warning", `Stepper ${this.stepperName} phase change (was ${this.mcuPhaseOffset} now ${offset})`);
    }
    this.mcuPhaseOffset = offset;
  }

  // ---- enable ----

  private adoptStepper(config: ConfigSection): void {
    const forceMove = this.printer.loadObject<{ lookupStepper(name: string): McuStepper }>(config, "force_move");
    this.stepper = forceMove.lookupStepper(this.stepperName);
    this.stepper.setupDefaultPulseDuration(PULSE_SECONDS, true);
    this.stepper.setTmcCurrentHelper(this.currentHelper);
  }

  private async connect(): Promise<void> {
    const line = this.stepperEnable.lookupEnable(this.stepperName);
    line.registerStateCallback((printTime, isEnabled) => this.inBackground(() => (isEnabled ? this.enable() : this.disable(printTime))));
    if (!line.hasDedicatedEnable()) {
      this.toff = this.fields.getField("toff");
      this.fields.setField("toff", 0);
      this.printer.log("info", `Enabling TMC virtual enable for '${this.stepperName}'`);
    }
    const mcu = this.mcuTmc.getMcu();
    if (mcu.nonCriticalDisconnected) {
      this.printer.log("info", `TMC ${this.name} failed to init - non_critical_mcu: ${mcu.getName()} is disconnected!`);
      return;
    }
    try {
      await this.initRegisters();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.log("info", `TMC ${this.name} failed to init: ${error.message}`);
    }
  }

  private async enable(): Promise<void> {
    if (this.toff !== undefined) this.fields.setField("toff", this.toff);
    await this.initRegisters();
    // A driver that had lost its supply stands anywhere.
    if (await this.errorCheck.start()) this.mcuPhaseOffset = null;
    if (this.mcuPhaseOffset === null) await this.findPhase();
  }

  /** Asks for the phase while nothing moves, unless somebody did meanwhile. */
  private async findPhase(): Promise<void> {
    const { printer } = this;
    await printer.lookupObject<{ getMutex(): Mutex }>("gcode").getMutex().withLock(async () => {
      if (this.mcuPhaseOffset !== null) return;
      printer.log("info", `Pausing toolhead to calculate ${this.stepperName} phase offset`);
      await printer.lookupObject<PhaseToolhead>("toolhead").waitMoves();
      await this.syncPhase(this.stepper!);
    });
  }

  private async disable(printTime: number): Promise<void> {
    if (this.toff !== undefined) await this.mcuTmc.setRegister(this.fields.lookupRegister("toff")!, this.fields.setField("toff", 0), printTime);
    this.errorCheck.stop();
  }

  /** Work that nobody waits for: a command that fails in it shuts the printer down. */
  private inBackground(work: () => Promise<void>): void {
    this.printer.getReactor().registerCallback(async () => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        this.printer.invokeShutdown(error.message);
      }
    });
  }

  getStatus(_eventTime?: number): Record<string, unknown> {
    const offset = this.mcuPhaseOffset;
    const [run, hold] = this.currentHelper.getCurrent();
    return {
      mcu_phase_offset: offset,
      phase_offset_position: this.stepper === undefined || offset === null ? null : this.stepper.mcuToCommandedPosition(offset),
      run_current: run,
      hold_current: hold,
      ...this.errorCheck.getStatus(),
    };
  }
}

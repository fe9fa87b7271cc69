/**
 * `[bltouch]`: a probe whose pin is let down before a probing move and pulled up after it. The sensor's answers are checked: before the
 * first move and every five minutes whether it is connected, after each move whether the pin is up. Times in seconds.
 */
import { CommandError } from "../errors.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import type { McuEndstop } from "../mcu/endstop.js";
import type { Mcu } from "../mcu/mcu.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { McuPwm } from "../mcu/pwm.js";
import type { HomingMove } from "../motion/homing-move.js";
import type { PrinterHoming } from "../motion/homing.js";
import type { McuStepper } from "../motion/stepper.js";
import type { Toolhead } from "../motion/surface.js";
import type { Completion } from "../reactor/completion.js";
import { BLTOUCH_COMMANDS, BlTouchLine, type BlTouchCommand } from "./probe/bltouch-line.js";
import { PrinterProbe } from "./probe/printer-probe.js";
import type { McuProbe } from "./probe/surface.js";

/** Between two tests of the connection. */
const TEST_INTERVAL = 5 * 60;
const RESET_SECONDS = 1;
const TRIES = 3;
/** How the sensor is looked at. */
const REST_TIME = 0.001;
const SAMPLE_TIME = 0.000015;
const SAMPLE_COUNT = 4;
/** How long an answer is waited for. */
const ANSWER_SECONDS = 0.1;
/** The first command comes so much after connecting. */
const CONNECT_DELAY = 0.2;

const OUTPUT_MODES = ["5V", "OD"] as const;
type OutputMode = (typeof OUTPUT_MODES)[number];

export class BLTouchEndstopWrapper implements McuProbe {
  readonly printer: Printer;
  readonly positionEndstop: number;
  readonly stowOnEachSample: boolean;
  readonly probeTouchMode: boolean;
  readonly pinUpNotTriggered: boolean;
  readonly pinUpTouchTriggered: boolean;
  readonly pinMoveTime: number;
  readonly outputMode: OutputMode | null;
  readonly mcuEndstop: McuEndstop;
  readonly line: BlTouchLine;
  /** In a series: "FIRST" until its first move, then "ON". */
  multi: "OFF" | "FIRST" | "ON" = "OFF";
  /** Print time after which the connection is tested again. */
  nextTestTime = 0;
  private readonly gcode: GCodeDispatch;
  /** Done when the pin is being pulled up after a trigger. */
  private waitTriggerComplete: Completion<void> | undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.printer.registerEventHandler("klippy:connect", () => this.handleConnect());
    this.printer.registerEventHandler("klippy:mcu_identify", () => this.addZSteppers());
    this.positionEndstop = config.getFloat("z_offset", { minval: 0 });
    this.stowOnEachSample = config.getBoolean("stow_on_each_sample", { default: true });
    this.probeTouchMode = config.getBoolean("probe_with_touch_mode", { default: false });
    const pins = this.printer.lookupObject<PrinterPins>("pins");
    this.line = new BlTouchLine(this.printer, pins.setupPin("pwm", config.get("control_pin")) as McuPwm);
    const params = pins.lookupPin(config.get("sensor_pin"), { canInvert: true, canPullup: true });
    this.mcuEndstop = (params.chip as Mcu).setupPin("endstop", params) as McuEndstop;
    this.outputMode = readOutputMode(config);
    this.pinUpNotTriggered = config.getBoolean("pin_up_reports_not_triggered", { default: true });
    this.pinUpTouchTriggered = config.getBoolean("pin_up_touch_mode_reports_triggered", { default: true });
    this.pinMoveTime = config.getFloat("pin_move_time", { default: 0.68, above: 0 });
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("BLTOUCH_DEBUG", (gcmd) => this.cmdDebug(gcmd), { desc: "Send a command to the bltouch for debugging" });
    this.gcode.registerCommand("BLTOUCH_STORE", (gcmd) => this.cmdStore(gcmd), { desc: "Store an output mode in the BLTouch EEPROM" });
  }

  private addZSteppers(): void {
    for (const stepper of this.printer.lookupObject<Toolhead>("toolhead").getKinematics().getSteppers()) {
      if (stepper.isActiveAxis("z")) this.addStepper(stepper);
    }
  }

  private async handleConnect(): Promise<void> {
    this.line.syncMcuPrintTime();
    this.line.nextCmdTime += CONNECT_DELAY;
    this.setOutputMode(this.outputMode);
    try {
      this.raiseProbe();
      await this.verifyRaiseProbe();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.log("warning", `BLTouch raise probe error: ${error.message}`);
    }
  }

  // ---- the endstop ----

  getMcu(): Mcu {
    return this.mcuEndstop.getMcu();
  }

  addStepper(stepper: McuStepper): void {
    this.mcuEndstop.addStepper(stepper);
  }

  getSteppers(): McuStepper[] {
    return this.mcuEndstop.getSteppers() as McuStepper[];
  }

  /** Pulls the pin up as soon as it triggers, outside of a series. */
  homeStart(printTime: number, sampleTime: number, sampleCount: number, restTime: number, options: { triggered?: boolean } = {}): Completion<unknown> {
    // The touch is a short pulse: it must not fall between two looks.
    const done = this.mcuEndstop.homeStart(printTime, sampleTime, sampleCount, Math.min(restTime, REST_TIME), options);
    this.waitTriggerComplete = this.printer.getReactor().registerCallback(async () => {
      await done.wait();
      if (this.multi === "OFF") this.raiseProbe();
    });
    return done;
  }

  homeWait(homeEndTime: number): Promise<number> {
    return this.mcuEndstop.homeWait(homeEndTime);
  }

  queryEndstop(printTime: number): Promise<number> {
    return this.mcuEndstop.queryEndstop(printTime);
  }

  getPositionEndstop(): number {
    return this.positionEndstop;
  }

  probingMove(pos: readonly number[], speed: number, _gcmd?: GCodeCommand): Promise<number[]> {
    return this.printer.lookupObject<PrinterHoming>("homing").probingMove(this, pos, speed);
  }

  // ---- the pin ----

  /** Whether the sensor reads `triggered` within the time for an answer after the last command. */
  private async verifyState(triggered: boolean): Promise<boolean> {
    // Without a machine there are no answers.
    if (this.getMcu().isFileoutput()) return true;
    const end = this.line.actionEndTime;
    this.mcuEndstop.homeStart(end, SAMPLE_TIME, SAMPLE_COUNT, REST_TIME, { triggered });
    return (await this.mcuEndstop.homeWait(end + ANSWER_SECONDS)) > 0;
  }

  private raiseProbe(): void {
    this.line.syncMcuPrintTime();
    if (!this.pinUpNotTriggered) this.line.send("reset");
    this.line.send("pin_up", this.pinMoveTime);
  }

  private async verifyRaiseProbe(): Promise<void> {
    // A device that reads triggered with its pin up cannot be asked.
    if (!this.pinUpNotTriggered) return;
    for (let left = TRIES; !(await this.verifyState(false)); ) {
      if (--left === 0) throw new CommandError("BLTouch failed to raise probe");
      this.gcode.respondInfo("Failed to verify BLTouch probe is raised; retrying.");
      this.line.syncMcuPrintTime();
      this.line.send("reset", RESET_SECONDS);
      this.line.send("pin_up", this.pinMoveTime);
    }
  }

  private async lowerProbe(): Promise<void> {
    await this.testSensor();
    await this.line.syncPrintTime();
    this.line.send("pin_down", this.pinMoveTime);
    if (this.probeTouchMode) this.line.send("touch_mode");
  }

  /** Now and then: in touch mode an intact sensor reads triggered while the pin is up. */
  private async testSensor(): Promise<void> {
    if (!this.pinUpTouchTriggered) return;
    const printTime = this.printer.lookupObject<Toolhead>("toolhead").getLastMoveTime();
    if (printTime < this.nextTestTime) {
      this.nextTestTime = printTime + TEST_INTERVAL;
      return;
    }
    await this.line.syncPrintTime();
    for (let left = TRIES; ; ) {
      this.line.send("pin_up", this.pinMoveTime);
      this.line.send("touch_mode");
      const isConnected = await this.verifyState(true);
      await this.line.syncPrintTime();
      if (isConnected) break;
      const message = "BLTouch failed to verify sensor state";
      if (--left === 0) throw new CommandError(message);
      this.gcode.respondInfo(`${message}; retrying.`);
      this.line.send("reset", RESET_SECONDS);
    }
    this.nextTestTime = printTime + TEST_INTERVAL;
  }

  multiProbeBegin(): void {
    if (!this.stowOnEachSample) this.multi = "FIRST";
  }

  async multiProbeEnd(): Promise<void> {
    if (this.stowOnEachSample) return;
    await this.line.syncPrintTime();
    this.raiseProbe();
    await this.verifyRaiseProbe();
    await this.line.syncPrintTime();
    this.multi = "OFF";
  }

  async probePrepare(_homingMove: HomingMove): Promise<void> {
    if (this.multi !== "ON") await this.lowerProbe();
    if (this.multi === "FIRST") this.multi = "ON";
    await this.line.syncPrintTime();
  }

  async probeFinish(homingMove: HomingMove): Promise<void> {
    await this.waitTriggerComplete?.wait();
    if (this.multi === "OFF") await this.verifyRaiseProbe();
    await this.line.syncPrintTime();
    if (homingMove.checkNoMovement() !== null) throw new CommandError("BLTouch failed to deploy");
  }

  // ---- output modes and commands ----

  /** Devices before version 3 take no notice. */
  private setOutputMode(mode: OutputMode | null): void {
    if (mode === null) return;
    this.printer.log("info", `BLTouch set output mode: ${mode}`);
    this.line.syncMcuPrintTime();
    this.line.send(`set_${mode}_output_mode`);
  }

  /** The sequence of the maker's manual; it wears the device's memory out. */
  private storeOutputMode(mode: OutputMode): void {
    this.printer.log("info", `BLTouch store output mode: ${mode}`);
    const set = `set_${mode}_output_mode` as const;
    for (const command of ["pin_down", set, "output_mode_store", set, "pin_up"] as const) this.line.send(command);
  }

  private async cmdDebug(gcmd: GCodeCommand): Promise<void> {
    const command = gcmd.get("COMMAND", { default: null });
    if (command === null || !Object.hasOwn(BLTOUCH_COMMANDS, command)) {
      gcmd.respondInfo(`BLTouch commands: ${Object.keys(BLTOUCH_COMMANDS).sort().join(", ")}`);
      return;
    }
    gcmd.respondInfo(`Sending BLTOUCH_DEBUG COMMAND=${command}`);
    await this.line.syncPrintTime();
    this.line.send(command as BlTouchCommand, this.pinMoveTime);
    await this.line.syncPrintTime();
  }

  private async cmdStore(gcmd: GCodeCommand): Promise<void> {
    const mode = OUTPUT_MODES.find((one) => one === gcmd.get("MODE", { default: null }));
    if (mode === undefined) {
      gcmd.respondInfo(`BLTouch output modes: ${OUTPUT_MODES.join(", ")}`);
      return;
    }
    gcmd.respondInfo(`Storing BLTouch output mode: ${mode}`);
    await this.line.syncPrintTime();
    this.storeOutputMode(mode);
    await this.line.syncPrintTime();
  }
}

function readOutputMode(config: ConfigSection): OutputMode | null {
  const option = "set_output_mode";
  return config.get(option, { default: null, noteValid: false }) === null ? null : config.getChoice<OutputMode>(option, [...OUTPUT_MODES]);
}

export function loadConfig(config: ConfigSection): BLTouchEndstopWrapper {
  const endstop = new BLTouchEndstopWrapper(config);
  config.getPrinter().addObject("probe", new PrinterProbe(config, endstop));
  return endstop;
}

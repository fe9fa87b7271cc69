/**
 * What plugins import from Kalico's modules and use by themselves: classes that they make objects of, and
 * functions. By their Python names, with Kalico's order of arguments; keyword arguments in a last record.
 */
import type { ConfigSection } from "../../config/config-section.js";
import { FrequencyCounter, McuCounter } from "../../mcu/counter.js";
import { Mcu } from "../../mcu/mcu.js";
import { MCU_PIN_TYPES } from "../../mcu/printer-mcus.js";
import type { PinParams } from "../../mcu/pins.js";
import { McuTrsync } from "../../mcu/trsync.js";
import { TrDispatch } from "../../mcu/trdispatch.js";
import { TriggerDispatch } from "../../mcu/trigger-dispatch.js";
import { writeSamples, type AccelSample } from "../../modules/accel/accel-client.js";
import { AccelCommands, type MeasuringChip } from "../../modules/accel/accel-commands.js";
import { Fan, FanTachometer } from "../../modules/fan-drive.js";
import { DebounceButton } from "../../modules/buttons.js";
import { ZMesh, type MeshParams } from "../../modules/bed-mesh/z-mesh.js";
import { GCodeRequestQueue } from "../../modules/gcode-request-queue.js";
import { LedHelper } from "../../modules/led-helper.js";
import { PrinterProbe } from "../../modules/probe/printer-probe.js";
import { ProbeEndstopWrapper } from "../../modules/probe/probe-endstop.js";
import { ProbePointsHelper, type PointsOptions } from "../../modules/probe/probe-points.js";
import { runSequence, testSequence } from "../../modules/resonance/test-sequence.js";
import { RetrySession } from "../../modules/probe/retry.js";
import { RunoutHelper } from "../../modules/runout-helper.js";
import { calcMoveTime } from "../../motion/lone-move.js";
import { ExtruderStepper } from "../../motion/extruder-stepper.js";
import { Homing, HomingMove, multiComplete } from "../../motion/homing.js";
import { ManualProbeHelper, verifyNoManualProbe } from "../../motion/manual-probe.js";
import { LookupMultiRail, PrinterRail } from "../../motion/rail.js";
import { parseGearRatio, parseStepDistance } from "../../motion/step-distance.js";
import { EnableTracking, StepperEnablePin } from "../../motion/stepper-enable.js";
import { McuStepper, PrinterStepper } from "../../motion/stepper.js";
import { stepperKinematics } from "../../motion/stepper-kinematics.js";
import type { Printer } from "../../printer/printer.js";
import type { Reactor } from "../../reactor/reactor.js";
import type { StepperKinematics } from "../../steps/stepper-kinematics.js";
import { Trapq } from "../../steps/trapq.js";
import type { ClockSync } from "../../transport/clocksync.js";
import { SecondarySync } from "../../transport/secondary-sync.js";

type AnyFunction = (...args: any[]) => unknown;

/** Kinematics of a stepper as Python holds them: by reference, for they are an address in Kalico. */
class KinematicsReference {
  readonly kinematics: StepperKinematics;
  constructor(kinematics: StepperKinematics) {
    this.kinematics = kinematics;
  }
}

const references = new WeakMap<StepperKinematics, KinematicsReference>();

function kinematicsReference(kinematics: StepperKinematics | null): KinematicsReference | null {
  if (kinematics === null) return null;
  let reference = references.get(kinematics);
  if (reference === undefined) references.set(kinematics, (reference = new KinematicsReference(kinematics)));
  return reference;
}

const pinParams = (params: Record<string, unknown>): PinParams =>
  ({ chip: params["chip"], chipName: params["chip_name"], pin: params["pin"], invert: params["invert"], pullup: params["pullup"], shareType: params["share_type"] }) as unknown as PinParams;

/** Constructors by "module.Class". */
export const HOST_CLASSES: Readonly<Record<string, AnyFunction>> = {
  // An error of the clock ends the connect; its log has no printer yet.
  "clocksync.SecondarySync": (reactor: Reactor, mainSync: ClockSync) => new SecondarySync(reactor, () => undefined, mainSync),
  "mcu.MCU": (config: ConfigSection, sync: ClockSync) => new Mcu(config, sync, MCU_PIN_TYPES),
  "mcu.TriggerDispatch": (mcu: Mcu) => new TriggerDispatch(mcu),
  "mcu.MCU_trsync": (mcu: Mcu, dispatch: TrDispatch) => new McuTrsync(mcu, dispatch),
  "mcu.MCU_endstop": (mcu: Mcu, params: Record<string, unknown>) => mcu.setupPin("endstop", pinParams(params)),
  "mcu.MCU_digital_out": (mcu: Mcu, params: Record<string, unknown>) => mcu.setupPin("digital_out", pinParams(params)),
  "mcu.MCU_pwm": (mcu: Mcu, params: Record<string, unknown>) => mcu.setupPin("pwm", pinParams(params)),
  "mcu.MCU_adc": (mcu: Mcu, params: Record<string, unknown>) => mcu.setupPin("adc", pinParams(params)),
  "stepper.MCU_stepper": (name: string, stepPin: Record<string, unknown>, dirPin: Record<string, unknown>, rotationDist: number, stepsPerRotation: number, stepPulseDuration: number | null, unitsInRadians: boolean) =>
    new McuStepper({ name, stepPinParams: pinParams(stepPin), dirPinParams: pinParams(dirPin), rotationDist, stepsPerRotation, stepPulseDuration, unitsInRadians }),
  "stepper.PrinterRail": (config: ConfigSection, needPositionMinmax: boolean, defaultPositionEndstop: number | null, unitsInRadians: boolean) =>
    new PrinterRail(config, { needPositionMinmax, defaultPositionEndstop, unitsInRadians }),
  "kinematics.extruder.ExtruderStepper": (config: ConfigSection) => new ExtruderStepper(config),
  "extras.homing.HomingMove": (printer: Printer, endstops, toolhead) => new HomingMove(printer, endstops, toolhead),
  "extras.homing.Homing": (printer: Printer) => new Homing(printer),
  "extras.stepper_enable.StepperEnablePin": (mcuEnable, count: number) => new StepperEnablePin(mcuEnable, count),
  "extras.stepper_enable.EnableTracking": (stepper: McuStepper, enable: StepperEnablePin) => new EnableTracking(stepper, enable),
  "extras.manual_probe.ManualProbeHelper": (printer: Printer, gcmd, finalize) => new ManualProbeHelper(printer, gcmd, finalize),
  "extras.output_pin.GCodeRequestQueue": (config: ConfigSection, mcu: Mcu, callback) => new GCodeRequestQueue(config, mcu, callback),
  "extras.pulse_counter.MCU_counter": (printer: Printer, pin: string, sampleTime: number, pollTime: number) => new McuCounter(printer, pin, sampleTime, pollTime),
  "extras.pulse_counter.FrequencyCounter": (printer: Printer, pin: string, sampleTime: number, pollTime: number) => new FrequencyCounter(printer, pin, sampleTime, pollTime),
  "extras.fan.Fan": (config: ConfigSection, defaultShutdownSpeed: number) => new Fan(config, defaultShutdownSpeed),
  "extras.fan.FanTachometer": (config: ConfigSection) => new FanTachometer(config),
  "extras.filament_switch_sensor.RunoutHelper": (config: ConfigSection, sensor, runoutDistance: number) => new RunoutHelper(config, sensor, runoutDistance),
  "extras.adxl345.AccelCommandHelper": (config: ConfigSection, chip: MeasuringChip) => new AccelCommands(config, chip),
  "extras.led.LEDHelper": (config: ConfigSection, update, ledCount: number) => new LedHelper(config, update, ledCount),
  "extras.bed_mesh.ZMesh": (params: MeshParams, name: string | null) => new ZMesh(params, name),
  "extras.probe.PrinterProbe": (config: ConfigSection, mcuProbe) => new PrinterProbe(config, mcuProbe),
  "extras.probe.ProbeEndstopWrapper": (config: ConfigSection) => new ProbeEndstopWrapper(config),
  "extras.probe.ProbePointsHelper": (config: ConfigSection, finalize, options: PointsOptions) => new ProbePointsHelper(config, finalize, options),
  "extras.probe.RetrySession": (config: ConfigSection) => new RetrySession(config),
  "extras.buttons.DebounceButton": (config: ConfigSection, action) => new DebounceButton(config, action),
  "chelper.trapq": () => new Trapq(),
  "chelper.trdispatch": () => new TrDispatch(),
};

/** Functions by "module.function". */
export const HOST_FUNCTIONS: Readonly<Record<string, AnyFunction>> = {
  "stepper.PrinterStepper": (config: ConfigSection, unitsInRadians: boolean) => PrinterStepper(config, unitsInRadians),
  "stepper.LookupMultiRail": (config: ConfigSection, needPositionMinmax: boolean, defaultPositionEndstop: number | null, unitsInRadians: boolean) =>
    LookupMultiRail(config, { needPositionMinmax, defaultPositionEndstop, unitsInRadians }),
  "stepper.parse_gear_ratio": parseGearRatio,
  "stepper.parse_step_distance": parseStepDistance,
  "stepper.get_stepper_kinematics": (stepper: McuStepper) => kinematicsReference(stepper.getStepperKinematics()),
  "stepper.set_stepper_kinematics": (stepper: McuStepper, reference: KinematicsReference) =>
    kinematicsReference(stepper.setStepperKinematics(reference.kinematics)),
  "chelper.stepper_kinematics": (name: string, params: (string | number)[]) => kinematicsReference(stepperKinematics(name, params)),
  "extras.homing.multi_complete": multiComplete,
  "extras.manual_probe.verify_no_manual_probe": verifyNoManualProbe,
  "extras.force_move.calc_move_time": calcMoveTime,
  "extras.adxl345.write_samples": (filename: string, samples: readonly AccelSample[]) => writeSamples(filename, samples),
  "extras.resonance_tester.test_sequence": testSequence,
  "extras.resonance_tester.run_test": runSequence,
};

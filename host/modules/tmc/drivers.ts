/**
 * `[tmc2130]`, `[tmc2208]`, `[tmc2209]`, `[tmc2240]`, `[tmc2660]` and `[tmc5160]`: each a table of registers, a bus, a way to set currents, and
 * the `driver_…` options with their defaults. Registers are sent in the order in which the fields are set here.
 */
import type { ConfigSection } from "../../config/config-section.js";
import type { HostModule } from "../../printer/module-table.js";
import { TmcCommandHelper, type ReadTranslate } from "./command-helper.js";
import { SenseCurrentHelper, type CurrentHelper } from "./current.js";
import { FIELD_TEXTS } from "./field-texts.js";
import { FieldHelper } from "./fields.js";
import { Tmc2240CurrentHelper, Tmc5160CurrentHelper } from "./global-scaler.js";
import type { McuTmc } from "./ports.js";
import { McuTmcSpi } from "./spi-chain.js";
import { readCoolstep, readHighVelocity, readMicrosteps, readStealthchop, readWaveTable } from "./thresholds.js";
import { McuTmc2660Spi, Tmc2660CurrentHelper } from "./tmc2660-bus.js";
import { TMC2130_REGISTERS } from "./tmc2130-registers.js";
import { TMC2208_REGISTERS } from "./tmc2208-registers.js";
import { TMC2209_REGISTERS } from "./tmc2209-registers.js";
import { TMC2240_REGISTERS } from "./tmc2240-registers.js";
import { TMC2660_REGISTERS } from "./tmc2660-registers.js";
import { TMC5160_REGISTERS } from "./tmc5160-registers.js";
import { McuTmcUart } from "./uart.js";
import { VirtualEndstop } from "./virtual-endstop.js";

/** The object of a section `[tmcXXXX <stepper>]`. */
export class TmcDriver {
  readonly name: string;
  readonly mcuTmc: McuTmc;
  readonly fields: FieldHelper;
  readonly currentHelper: CurrentHelper;
  readonly commands: TmcCommandHelper;

  constructor(name: string, mcuTmc: McuTmc, currentHelper: CurrentHelper, commands: TmcCommandHelper) {
    this.name = name;
    this.mcuTmc = mcuTmc;
    this.fields = mcuTmc.getFields();
    this.currentHelper = currentHelper;
    this.commands = commands;
  }

  getPhaseOffset(): [offset: number | null, phases: number] {
    return this.commands.getPhaseOffset();
  }

  getStatus(eventTime?: number): Record<string, unknown> {
    return this.commands.getStatus(eventTime);
  }
}

/** Reads `driver_` options: "field=default", where yes and no make a yes or no. */
function readFields(config: ConfigSection, fields: FieldHelper, written: string): void {
  for (const word of written.split(" ")) {
    const [field, text] = word.split("=") as [string, string];
    fields.setConfigField(config, field, text === "yes" ? true : text === "no" ? false : Number(text));
  }
}

interface DriverPlan {
  fields: () => FieldHelper;
  bus: (config: ConfigSection, fields: FieldHelper) => McuTmc;
  current: (config: ConfigSection, mcuTmc: McuTmc) => CurrentHelper;
  translate?: (fields: FieldHelper) => ReadTranslate;
  /** Fields that the host sets for itself, before anything else. */
  first?: (fields: FieldHelper) => void;
  /** The driver's options, behind those that all drivers have. */
  options: (config: ConfigSection, mcuTmc: McuTmc, fields: FieldHelper) => void;
  sensorless?: boolean;
}

const driver = (plan: DriverPlan): HostModule => ({
  loadConfigPrefix(config: ConfigSection): TmcDriver {
    const fields = plan.fields();
    const mcuTmc = plan.bus(config, fields);
    plan.first?.(fields);
    if (plan.sensorless === true) void new VirtualEndstop(config, mcuTmc);
    const current = plan.current(config, mcuTmc);
    const commands = new TmcCommandHelper(config, mcuTmc, current, plan.translate?.(fields));
    readMicrosteps(config, mcuTmc);
    plan.options(config, mcuTmc, fields);
    return new TmcDriver(config.getName(), mcuTmc, current, commands);
  },
});

const sense = (config: ConfigSection, mcuTmc: McuTmc): CurrentHelper => new SenseCurrentHelper(config, mcuTmc);
const SHARED_CHOPPER = "toff=3 hstrt=5 hend=0 tbl=2";
const COOLSTEP = "semin=0 seup=0 semax=0 sedn=0 seimin=0";
const QUIET = "iholddelay=8 pwm_ofs=36 pwm_grad=14 pwm_freq=1 pwm_autoscale=yes pwm_autograd=yes freewheel=0 pwm_reg=8 pwm_lim=12 tpowerdown=20";

export const tmc2130 = driver({
  fields: () => new FieldHelper(TMC2130_REGISTERS, FIELD_TEXTS.tmc2130),
  bus: (config, fields) => new McuTmcSpi(config, fields, 13200000),
  current: sense,
  sensorless: true,
  options(config, mcuTmc, fields) {
    readWaveTable(config, mcuTmc);
    readStealthchop(config, mcuTmc);
    readCoolstep(config, mcuTmc);
    readHighVelocity(config, mcuTmc);
    readFields(config, fields, `toff=4 hstrt=0 hend=7 tbl=1 vhighfs=0 vhighchm=0 ${COOLSTEP} sgt=0 sfilt=0`);
    readFields(config, fields, "iholddelay=8 pwm_ampl=128 pwm_grad=4 pwm_freq=1 pwm_autoscale=yes freewheel=0 tpowerdown=0");
  },
});

export const tmc2208 = driver({
  fields: () => new FieldHelper(TMC2208_REGISTERS, FIELD_TEXTS.tmc2208),
  bus: (config, fields) => new McuTmcUart(config, fields, 0, 12000000),
  current: sense,
  first: (fields) => void fields.setField("pdn_disable", true),
  // The chips of this family have different inputs; a bit tells them apart.
  translate: (fields) => (register, value) => {
    if (register !== "IOIN") return [register, value];
    const isTmc220x = fields.getField("sel_a", value, "IOIN@TMC220x") !== 0;
    return [isTmc220x ? "IOIN@TMC220x" : "IOIN@TMC222x", value];
  },
  options(config, mcuTmc, fields) {
    fields.setField("mstep_reg_select", true);
    readStealthchop(config, mcuTmc);
    readFields(config, fields, `multistep_filt=yes ${SHARED_CHOPPER} ${QUIET}`);
  },
});

export const tmc2209 = driver({
  fields: () => new FieldHelper(TMC2209_REGISTERS, FIELD_TEXTS.tmc2208),
  bus: (config, fields) => new McuTmcUart(config, fields, 3, 12000000),
  current: sense,
  sensorless: true,
  first(fields) {
    fields.setField("pdn_disable", true);
    // Drivers that share a line must not answer over each other.
    fields.setField("senddelay", 2);
  },
  options(config, mcuTmc, fields) {
    fields.setField("mstep_reg_select", true);
    readStealthchop(config, mcuTmc);
    readCoolstep(config, mcuTmc);
    readFields(config, fields, `multistep_filt=yes ${SHARED_CHOPPER} ${COOLSTEP} ${QUIET} sgthrs=0`);
  },
});

const CHOPPER_5160 = "multistep_filt=yes toff=3 hstrt=5 hend=2 fd3=0 disfdcc=0 chm=0 tbl=2 vhighfs=0 vhighchm=0 tpfd=4 diss2g=0 diss2vs=0";

export const tmc5160 = driver({
  fields: () => new FieldHelper(TMC5160_REGISTERS, FIELD_TEXTS.tmc5160),
  bus: (config, fields) => new McuTmcSpi(config, fields, 12000000),
  current: (config, mcuTmc) => new Tmc5160CurrentHelper(config, mcuTmc),
  sensorless: true,
  options(config, mcuTmc, fields) {
    readWaveTable(config, mcuTmc);
    readStealthchop(config, mcuTmc);
    readCoolstep(config, mcuTmc);
    readHighVelocity(config, mcuTmc);
    readFields(config, fields, `${CHOPPER_5160} ${COOLSTEP} sgt=0 sfilt=0 drvstrength=0 bbmclks=4 bbmtime=0 filt_isense=0`);
    readShortProtection(config, fields);
    readFields(config, fields, "iholddelay=6 pwm_ofs=30 pwm_grad=0 pwm_freq=0 pwm_autoscale=yes pwm_autograd=yes freewheel=0 pwm_reg=4 pwm_lim=12 tpowerdown=10");
  },
});

/** Sent only when both levels are given, so that the chip's one-time programming is not overridden by chance. */
function readShortProtection(config: ConfigSection, fields: FieldHelper): void {
  const vs = config.getInt("driver_s2vs_level", { default: null, minval: 4, maxval: 15 });
  const ground = config.getInt("driver_s2g_level", { default: null, minval: 2, maxval: 15 });
  if (vs !== null && ground !== null) readFields(config, fields, "s2vs_level=6 s2g_level=6 short_filter=1 shortdelay=0");
}

export const tmc2240 = driver({
  fields: () => new FieldHelper(TMC2240_REGISTERS, FIELD_TEXTS.tmc2240),
  bus: (config, fields) => (config.get("uart_pin", { default: null }) === null ? new McuTmcSpi(config, fields, 12500000) : new McuTmcUart(config, fields, 7, 12500000)),
  current: (config, mcuTmc) => new Tmc2240CurrentHelper(config, mcuTmc),
  sensorless: true,
  options(config, mcuTmc, fields) {
    readWaveTable(config, mcuTmc);
    readFields(config, fields, "offset_sin90=0");
    readStealthchop(config, mcuTmc);
    readCoolstep(config, mcuTmc);
    readHighVelocity(config, mcuTmc);
    readFields(config, fields, `${CHOPPER_5160} ${COOLSTEP} sgt=0 sfilt=0 iholddelay=6 irundelay=4`);
    readFields(config, fields, "pwm_ofs=29 pwm_grad=0 pwm_freq=0 pwm_autoscale=yes pwm_autograd=yes freewheel=0 pwm_reg=4 pwm_lim=12 tpowerdown=10 sg4_thrs=0 sg4_angle_offset=1 slope_control=0");
  },
});

export const tmc2660 = driver({
  fields: () => new FieldHelper(TMC2660_REGISTERS, FIELD_TEXTS.tmc2660),
  bus: (config, fields) => new McuTmc2660Spi(config, fields),
  current: (config, mcuTmc) => new Tmc2660CurrentHelper(config, mcuTmc),
  // The driver takes its steps from the step pin.
  first: (fields) => void fields.setField("sdoff", 0),
  options(config, _mcuTmc, fields) {
    readFields(config, fields, "tbl=2 rndtf=0 hdec=0 chm=0 hend=3 hstrt=3 toff=4");
    const tooMuch = fields.getField("hstrt") + fields.getField("hend") > 15;
    if (fields.getField("chm") === 0 && tooMuch) throw config.error("driver_HEND + driver_HSTRT must be <= 15");
    readFields(config, fields, "seimin=0 sedn=0 semax=0 seup=0 semin=0 sfilt=0 sgt=0 slph=0 slpl=0 diss2g=0 ts2g=3");
  },
});

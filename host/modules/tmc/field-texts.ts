/** How values of fields read in reports: flags by what they mean, steps and voltages with their units. Others are plain numbers. */
import { formatFixed } from "../../motion/format-fixed.js";

type FieldText = (value: number) => string;

/** Shown only when set. */
const flag = (meaning: string): FieldText => (value) => (value !== 0 ? `1(${meaning})` : "");
const choice = (off: string, on: string): FieldText => (value) => (value !== 0 ? `1(${on})` : `0(${off})`);
const scaled = (unit: string, digits: number, convert: (value: number) => number): FieldText =>
  (value) => `0x${value.toString(16).padStart(4, "0")}(${formatFixed(convert(value), digits)}${unit})`;
const orReset: FieldText = (value) => (value !== 0 ? String(value) : "0(Reset?)");

/** Degrees Celsius of the temperature converter. */
export const adcCelsius = (value: number): number => (value - 2038) / 7.7;
const supplyVolts = (value: number): number => value * 0.009732;

const COMMON: Readonly<Record<string, FieldText>> = {
  i_scale_analog: flag("ExtVREF"),
  shaft: flag("Reverse"),
  reset: flag("Reset"),
  drv_err: flag("ErrorShutdown!"),
  uv_cp: flag("Undervoltage!"),
  version: (value) => `0x${value.toString(16)}`,
  mres: (value) => `${value}(${value > 8 ? 0 : 256 >> value}usteps)`,
  otpw: flag("OvertempWarning!"),
  ot: flag("OvertempError!"),
  s2ga: flag("ShortToGND_A!"),
  s2gb: flag("ShortToGND_B!"),
  ola: flag("OpenLoad_A!"),
  olb: flag("OpenLoad_B!"),
  cs_actual: orReset,
};
const SUPPLY_SHORTS = { s2vsa: flag("ShortToSupply_A!"), s2vsb: flag("ShortToSupply_B!") };
const CONVERTERS: Readonly<Record<string, FieldText>> = {
  adc_temp: scaled("C", 1, adcCelsius),
  adc_vsupply: scaled("V", 3, supplyVolts),
  adc_ain: scaled("mV", 3, (value) => value * 0.3052),
  overvoltage_vth: scaled("V", 3, supplyVolts),
  overtempprewarning_vth: scaled("C", 1, adcCelsius),
};

/** Texts by field, for each kind of driver. */
export const FIELD_TEXTS = {
  tmc2130: COMMON,
  tmc2208: { ...COMMON, ...SUPPLY_SHORTS, sel_a: choice("TMC222x", "TMC220x") },
  tmc5160: { ...COMMON, ...SUPPLY_SHORTS },
  tmc2240: { ...COMMON, ...SUPPLY_SHORTS, ...CONVERTERS },
  tmc2660: {
    ...COMMON,
    chm: choice("spreadCycle", "constant toff"),
    vsense: choice("305mV", "165mV"),
    sdoff: flag("Step/Dir disabled!"),
    diss2g: flag("Short to GND disabled!"),
    se: orReset,
  },
} satisfies Record<string, Readonly<Record<string, FieldText>>>;

export type FieldTexts = Readonly<Record<string, FieldText>>;

/**
 * A simulated board with the pins and buses of an attached one: what a plugin asks for can be learned in virtual time, before the
 * board itself is touched. Speed and memory are those of the simulated board of the same chip, or of the ideal board.
 */
import type { DataDictionary } from "../../host/wire/index.js";
import { boards, type BoardProfile } from "../../sim-mcu/boards/index.js";

type Ranges = Record<string, number | [number, number]>;

/** @param dictionary JSON text of the board's dictionary */
export function boardTwin(dictionary: string): BoardProfile {
  const { enumerations = {}, config = {} } = JSON.parse(dictionary) as DataDictionary;
  const { adcPins: _adc, pwmPins: _pwm, serialBaud: _baud, ...base } = Object.values(boards).find((board) => board.mcu === config["MCU"]) ?? boards["ideal"]!;
  const buses = Object.entries(enumerations).filter(([name]) => name.endsWith("_bus"));
  const reserved = Object.entries(config).filter(([name]) => /^(BUS|RESERVE)_PINS_/.test(name));
  return {
    ...base, pins: (enumerations["pin"] ?? base.pins) as Ranges,
    enumerations: { ...base.enumerations, ...(Object.fromEntries(buses) as Record<string, Ranges>) }, constants: { ...base.constants, ...Object.fromEntries(reserved) },
  };
}

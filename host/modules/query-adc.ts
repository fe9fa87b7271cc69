/** `[query_adc]`: every ADC pin by the name of its section; QUERY_ADC reports the last reading of one. */
import type { ConfigSection, GCodeCommand, GCodeDispatch } from "../heaters/host-types.js";
import { clampAdc } from "../heaters/thermistor.js";
import { formatFixed } from "../motion/format-fixed.js";
import type { McuAdc } from "../mcu/adc.js";

export class QueryAdc {
  private readonly adcs = new Map<string, Pick<McuAdc, "getLastValue">>();

  constructor(config: ConfigSection) {
    const gcode = config.getPrinter().lookupObject<GCodeDispatch>("gcode");
    gcode.registerCommand("QUERY_ADC", (gcmd) => this.cmdQueryAdc(gcmd), { desc: "Report the last value of an analog pin" });
  }

  registerAdc(name: string, mcuAdc: Pick<McuAdc, "getLastValue">): void {
    this.adcs.set(name, mcuAdc);
  }

  private cmdQueryAdc(gcmd: GCodeCommand): void {
    const name = gcmd.get("NAME", { default: null });
    const adc = name === null ? undefined : this.adcs.get(name);
    if (adc === undefined) {
      const names = [...this.adcs.keys()].sort().map((known) => `"${known}"`);
      gcmd.respondInfo(`Available ADC objects: ${names.join(", ")}`);
      return;
    }
    const [value, readTime] = adc.getLastValue();
    let message = `ADC object "${name}" has value ${formatFixed(value, 6)} (timestamp ${formatFixed(readTime, 3)})`;
    const pullup = gcmd.getFloat("PULLUP", { default: null, above: 0 });
    if (pullup !== null) {
      const fraction = clampAdc(value);
      message += `\n resistance ${formatFixed(pullup * fraction / (1 - fraction), 3)} (with ${formatFixed(pullup, 0)} pullup)`;
    }
    gcmd.respondInfo(message);
  }
}

export function loadConfig(config: ConfigSection): QueryAdc {
  return new QueryAdc(config);
}

/** Measured vibrations as comma separated values, for spreadsheets and the scripts that draw them. */
import { exponential } from "../../gcode/template/py-format.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { FrequencyResponse } from "./frequency-response.js";
import type { ShaperFit } from "./shaper-fit.js";

/** @param accelPerHz of the test, mm/s² per Hz @param maxFrequency lines below this, Hz */
export function responseCsv(response: FrequencyResponse, accelPerHz: number, maxFrequency: number, fits: readonly ShaperFit[] = []): string {
  const { x, y, z, sum } = response.spectra;
  const header = ["freq,psd_x,psd_y,psd_z,psd_xyz,accel_per_hz", ...fits.map(({ name, frequency }) => `${name}(${formatFixed(frequency, 1)})`)];
  const rows = [...response.frequencies].flatMap((hz, i) => (hz >= maxFrequency ? [] : [[
    formatFixed(hz, 1), ...[x, y, z, sum].map((powers) => exponential(powers[i]!, 3)), formatFixed(accelPerHz, 1), ...fits.map((fit) => formatFixed(fit.response[i]!, 3)),
  ]]));
  return `${[header, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
}

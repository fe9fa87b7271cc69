/** Measured vibrations as comma separated values, for spreadsheets and the scripts that draw them. */
import { formatFixed } from "../../motion/format-fixed.js";
import type { FrequencyResponse } from "./frequency-response.js";
import type { ShaperFit } from "./shaper-fit.js";

/** `1.234e-05`, as Python's `%.3e`. */
const scientific = (value: number): string => value.toExponential(3).replace(/e([+-])(\d)$/, "e$10$2");

/** @param accelPerHz of the test, mm/s² per Hz @param maxFrequency lines below this, Hz */
export function responseCsv(response: FrequencyResponse, accelPerHz: number, maxFrequency: number, fits: readonly ShaperFit[] = []): string {
  const { x, y, z, sum } = response.spectra;
  const header = ["freq,psd_x,psd_y,psd_z,psd_xyz,accel_per_hz", ...fits.map(({ name, frequency }) => `${name}(${formatFixed(frequency, 1)})`)];
  const rows = [...response.frequencies].flatMap((hz, i) => (hz >= maxFrequency ? [] : [[
    formatFixed(hz, 1), ...[x, y, z, sum].map((powers) => scientific(powers[i]!)), formatFixed(accelPerHz, 1), ...fits.map((fit) => formatFixed(fit.response[i]!, 3)),
  ]]));
  return `${[header, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
}

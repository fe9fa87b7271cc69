/**
 * Step rows as text, in the columns of the reference streams: `stepper,first_clock,interval,count,add,dir`.
 */
import type { McuTrace } from "./mcu-trace.js";

export const STEPS_CSV_HEADER = "stepper,first_clock,interval,count,add,dir\n";

const ROWS_PER_WRITE = 4096;

/**
 * Writes all step rows of a trace, stepper by stepper in order of oid, rows in order of time.
 * @param nameByOid name of each stepper; one without a name is called `oid<n>`
 * @param write takes pieces of the text; without it the whole text is returned
 */
export function writeStepsCsv(
  trace: McuTrace,
  nameByOid: ReadonlyMap<number, string> | Readonly<Record<number, string>>,
  write?: (text: string) => void,
): string {
  let text = "";
  const put = write ?? ((piece: string) => { text += piece; });
  const nameOf = (oid: number): string => (nameByOid instanceof Map ? nameByOid.get(oid) : (nameByOid as Record<number, string>)[oid]) ?? `oid${oid}`;
  put(STEPS_CSV_HEADER);
  for (const steps of trace.allSteps()) {
    const name = nameOf(steps.oid);
    let lines: string[] = [];
    for (let i = 0; i < steps.firstClock.length; i++) {
      lines.push(`${name},${steps.firstClock.at(i)},${steps.interval.at(i)},${steps.count.at(i)},${steps.add.at(i)},${steps.dir.at(i)}\n`);
      if (lines.length === ROWS_PER_WRITE) {
        put(lines.join(""));
        lines = [];
      }
    }
    if (lines.length > 0) put(lines.join(""));
  }
  return text;
}

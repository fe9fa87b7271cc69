/**
 * The words with which a shutdown of an MCU is explained to the user: the MCU's reason, then a hint by the
 * prefix of the reason. Kalico's texts, verbatim; front ends show them.
 */

const HELP: readonly { readonly prefixes: readonly string[]; readonly text: string }[] = [
  {
    prefixes: ["Timer too close"],
    text: `
This often indicates the host computer is overloaded. Check
for other processes consuming excessive CPU time, high swap
usage, disk errors, overheating, unstable voltage, or
similar system problems on the host computer.`,
  },
  {
    prefixes: ["Missed scheduling of next "],
    text: `
This is generally indicative of an intermittent
communication failure between micro-controller and host.`,
  },
  {
    prefixes: ["ADC out of range", "Thermocouple reader fault"],
    text: `
This generally occurs when a heater temperature exceeds
its configured min_temp or max_temp.`,
  },
  {
    prefixes: ["Rescheduled timer in the past", "Stepper too far in past"],
    text: `
This generally occurs when the micro-controller has been
requested to step at a rate higher than it is capable of
obtaining.`,
  },
  {
    prefixes: ["Command request"],
    text: `
This generally occurs in response to an M112 G-Code command
or in response to an internal error in the host software.`,
  },
];

/** Hint for a shutdown reason, with one more line per entry of `details`; "" for a reason without a hint. */
export function shutdownHelp(reason: string, details: readonly Readonly<Record<string, string | number>>[] = []): string {
  const help = HELP.find(({ prefixes }) => prefixes.some((prefix) => reason.startsWith(prefix)));
  if (help === undefined) return "";
  const lines = details.map((detail) =>
    Object.entries(detail)
      .map(([key, value]) => `${key}: ${value}`)
      .join(", "),
  );
  return [help.text, ...lines].join("\n");
}

/** Whether a reason names a temperature outside its limits, so that the sensors at fault are worth listing. */
export function isTemperatureFault(reason: string): boolean {
  return reason.startsWith("ADC out of range") || reason.startsWith("Thermocouple reader fault");
}

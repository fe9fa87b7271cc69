import { describe, expect, it } from "vitest";
import { canMakeTerminals, circleJob, HOME_AND_HEAT, printOverPty } from "../testing/pty-print.js";

/** Real seconds of motion after homing and heating. */
const PRINT_SECONDS = 60;

/** Other tests on the same processors would make the micro-controller late: these have a run of their own, `npm run test:realtime`. */
const isRealtimeRun = process.env["KALICO_HIL_REALTIME"] === "1";
const missing = !isRealtimeRun ? " (skipped: npm run test:realtime runs it)" : canMakeTerminals ? "" : " (skipped: needs python3)";

describe.skipIf(missing !== "")(`a print over a pseudo-terminal in real time${missing}`, () => {
  // Both prints take their minute at the same time. A machine that stops for a tenth of a second stops a print, as it does a real one: once more, then.
  it.concurrent("homes, heats and prints without an error, and every step arrives", { timeout: 400_000, retry: 2 }, async () => {
    const print = await printOverPty({ before: HOME_AND_HEAT, lines: circleJob(PRINT_SECONDS) });
    expect(print.message).toBe("Printer is ready");
    expect(print.result).toMatchObject({ errors: [], stopped: false });
    expect(print.seconds).toBeGreaterThan(PRINT_SECONDS);
    expect(Math.max(...print.temperatures)).toBeGreaterThan(58);
    expect(print.statistics.bytesInvalid).toBe(0);
    expect(print.report.responsesDropped).toBe(0);
    expect(print.report.events.map((event) => event.kind)).toEqual(["configured"]);
    expectSamePositions(print);
    expect(print.report.steppers.reduce((sum, stepper) => sum + stepper.steps, 0)).toBeGreaterThan(100_000);
  });

  // A homing move is watched ten times a second and given up when too many reports are lost, here as in Kalico: the line breaks after it.
  it.concurrent("loses no step when 1 % of all bytes are corrupted and 0.5 % are lost", { timeout: 400_000, retry: 2 }, async () => {
    const print = await printOverPty({
      // Heaters and fan would be told their duty 0.3 s ahead, which such a line cannot promise; steps come earlier.
      before: [...HOME_AND_HEAT, "M104 S0", "M140 S0", "M106 S0"], lines: circleJob(PRINT_SECONDS), faults: { corrupt: 0.01, drop: 0.005 },
    });
    expect(print.message).toBe("Printer is ready");
    expect(print.result).toMatchObject({ errors: [], stopped: false });
    expect(print.seconds).toBeGreaterThan(PRINT_SECONDS);
    expect(print.statistics.bytesRetransmit).toBeGreaterThan(1000);
    expect(print.statistics.bytesInvalid).toBeGreaterThan(1000);
    expect(print.report.naks).toBeGreaterThan(100);
    expectSamePositions(print);
  });
});

function expectSamePositions({ positions, report }: Awaited<ReturnType<typeof printOverPty>>): void {
  expect(positions.size).toBe(3);
  for (const [oid, position] of positions) {
    // The two count in opposite directions where the dir pin is inverted.
    expect(Math.abs(report.steppers.find((stepper) => stepper.oid === oid)!.position)).toBe(Math.abs(position));
  }
}

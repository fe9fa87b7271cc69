/**
 * Scenario: the complete recipe of one world run, as plain data. The same scenario and seed give the
 * same bytes on the wire, so a scenario written to a file is a replayable counter-example.
 */

/** A step in the life of a printer, in order. */
export type LifeStep =
  | { do: "start" }
  | { do: "gcode"; lines: string[]; expectError?: boolean }
  /** Run the job (virtual SD card), to its end. */
  | { do: "job"; lines: string[]; pauseAtLine?: number; cancelAtLine?: number }
  | { do: "wait"; seconds: number }
  | { do: "status"; times: number }
  | { do: "probe-commands"; lines: string[]; state: "cold" | "homed" | "paused" | "shutdown" | "printing" }
  | { do: "shutdown"; by: "M112" | "mcu" | "host" }
  | { do: "restart"; how: "RESTART" | "FIRMWARE_RESTART" }
  | { do: "lose-mcu" }
  | { do: "stop" };

export interface Scenario {
  id: string;
  seed: number;
  /** Text of printer.cfg, complete. */
  configText: string;
  board: string;
  /** The plugin is loaded (false: the baseline run without it). */
  withPlugin: boolean;
  walk: LifeStep[];
  /** Status subscribers, as front ends: each polls every object at 4 Hz. */
  subscribers: number;
  /** How plugin callbacks are charged: by their gas, not at all, or each its whole budget. */
  charge: "cost" | "none" | "envelope";
  /** Greatest random delay of reactor dispatch, seconds. */
  jitterSeconds: number;
  /** Extra virtual seconds before the job starts. */
  startDelaySeconds?: number;
  limits: { virtualSeconds: number; gasPerCallback: number };
}

/** Defaults for everything but the configuration and the walk. */
export function scenarioOf(base: Pick<Scenario, "id" | "configText" | "walk"> & Partial<Scenario>): Scenario {
  return {
    seed: 1,
    board: "atmega2560",
    withPlugin: true,
    subscribers: 1,
    charge: "cost",
    jitterSeconds: 0,
    limits: { virtualSeconds: 36_000, gasPerCallback: 20_000_000 },
    ...base,
  };
}

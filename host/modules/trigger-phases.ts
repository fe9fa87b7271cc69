/** The phases in which a motor stood when its endstop triggered, and the driver that knows where phase 0 is. */
import { CommandError } from "../errors.js";
import type { Printer } from "../printer/printer-surface.js";
import { scalePhase, wrapPhase } from "./phase-circle.js";

const DRIVERS = ["tmc2130", "tmc2208", "tmc2209", "tmc2240", "tmc2660", "tmc5160"];

/** A driver that can be asked for its phase. */
export interface PhaseDriver {
  /** Steps between position 0 and phase 0 (null: not known), and phases of a cycle. */
  getPhaseOffset(): [offset: number | null, phases: number];
}

/** The driver of a stepper; undefined for one that cannot be asked. */
export function findPhaseDriver(printer: Printer, stepper: string): PhaseDriver | undefined {
  for (const kind of DRIVERS) {
    const driver = printer.lookupObject<PhaseDriver | null>(`${kind} ${stepper}`, null);
    if (driver !== null) return driver;
  }
  return undefined;
}

export class TriggerPhases {
  /** How often each phase was met. */
  readonly counts: number[];
  lastPhase = -1;
  /** MCU position of the last trigger, steps. */
  lastMcuPosition = 0;
  readonly name: string;
  readonly phases: number;
  driver: PhaseDriver | undefined;

  constructor(name: string, phases: number, driver?: PhaseDriver) {
    this.name = name;
    this.phases = phases;
    this.counts = Array.from({ length: phases }, () => 0);
    this.driver = driver;
  }

  /** Counts a trigger; returns its phase. @throws CommandError when the driver's phase is not known */
  note(triggerMcuPosition: number): number {
    // Without a driver that can be asked, phase 0 is where the controller was when it was reset.
    const [offset, phases] = this.driver?.getPhaseOffset() ?? [0, this.phases];
    if (offset === null) throw new CommandError(`Stepper ${this.name} phase unknown`);
    const phase = wrapPhase(triggerMcuPosition + scalePhase(offset, phases, this.phases), this.phases);
    this.counts[phase]! += 1;
    this.lastPhase = phase;
    this.lastMcuPosition = triggerMcuPosition;
    return phase;
  }
}

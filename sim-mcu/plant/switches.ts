/**
 * What closes contacts on input pins: limit switches and probes that a coordinate reaches, and inputs that a scenario sets by hand
 * (filament sensors, buttons).
 */
import { NEVER_CLOCK } from "../firmware/clock.js";
import type { Level, PinSource, PlantAttachment } from "../firmware/gpio.js";
import type { PinPlace } from "./config-values.js";
import { isBeyond, type Coordinate } from "./coordinate.js";

/** Attaches a source to a pin of its controller; false where the board has no such pin. */
export function attachDigital(mcu: PlantAttachment, place: PinPlace, source: PinSource): boolean {
  if (mcu.mcuName !== place.mcu) return false;
  try {
    mcu.gpio.attachDigital(place.pin, source);
    return true;
  } catch (error) {
    // The host tells the user about pins that do not exist.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** How a switch is broken. */
export type SwitchFault = "stuck-open" | "stuck-closed";

/** A switch that is triggered while a coordinate is at or past a limit. */
export class LimitSwitch implements PinSource {
  readonly name: string;
  readonly place: PinPlace;
  readonly coordinate: Coordinate;
  /** Side on which the switch is triggered. */
  readonly positive: boolean;
  private readonly limit: (worldTime: number) => number;
  private mcu: PlantAttachment | undefined;
  private fault: SwitchFault | undefined;

  /** @param limit coordinate at which the switch triggers, mm */
  constructor(name: string, place: PinPlace, coordinate: Coordinate, limit: number | ((worldTime: number) => number), positive: boolean) {
    this.name = name;
    this.place = place;
    this.coordinate = coordinate;
    this.limit = typeof limit === "number" ? () => limit : limit;
    this.positive = positive;
    for (const { motor } of coordinate.terms) motor.onChanged(() => this.changed());
  }

  attach(mcu: PlantAttachment): void {
    if (attachDigital(mcu, this.place, this)) this.mcu = mcu;
  }

  /** Breaks the switch, or repairs it. */
  setFault(fault: SwitchFault | undefined): void {
    this.fault = fault;
    this.changed();
  }

  /** Whether the switch is triggered at a clock of its controller. */
  triggeredAt(clock: number): boolean {
    if (this.fault !== undefined) return this.fault === "stuck-closed";
    const mcu = this.mcu!;
    return isBeyond(this.coordinate.valueAt(clock, mcu), this.limit(mcu.worldTimeAt(clock)), this.positive);
  }

  level(clock: number): Level { return this.triggeredAt(clock) !== this.place.inverted ? 1 : 0; }

  nextChange(clock: number): number {
    if (this.fault !== undefined) return NEVER_CLOCK;
    const mcu = this.mcu!;
    return this.coordinate.nextCrossing(this.limit(mcu.worldTimeAt(clock)), this.positive, clock, mcu);
  }

  private changed(): void { this.mcu?.gpio.inputChanged(this.place.pin); }
}

/** An input that a scenario sets, now or at world times to come. `true` is what the host reads as active. */
export class ScriptedInput implements PinSource {
  readonly name: string;
  readonly place: PinPlace;
  private mcu: PlantAttachment | undefined;
  private readonly changes: { time: number; active: boolean }[];

  constructor(name: string, place: PinPlace, active: boolean) {
    this.name = name;
    this.place = place;
    this.changes = [{ time: Number.NEGATIVE_INFINITY, active }];
  }

  attach(mcu: PlantAttachment): void {
    if (attachDigital(mcu, this.place, this)) this.mcu = mcu;
  }

  /** Changes the input at a world time not before the present; what was planned for later is dropped. */
  set(active: boolean, worldTime: number): void {
    while (this.changes.length > 1 && this.changes.at(-1)!.time >= worldTime) this.changes.pop();
    this.changes.push({ time: worldTime, active });
    this.mcu?.gpio.inputChanged(this.place.pin);
  }

  activeAt(worldTime: number): boolean {
    let i = this.changes.length - 1;
    while (i > 0 && this.changes[i]!.time > worldTime) i--;
    return this.changes[i]!.active;
  }

  level(clock: number): Level { return this.activeAt(this.mcu!.worldTimeAt(clock)) !== this.place.inverted ? 1 : 0; }

  nextChange(clock: number): number {
    const mcu = this.mcu!;
    const level = this.level(clock);
    for (const { time } of this.changes) {
      if (time === Number.NEGATIVE_INFINITY) continue;
      let at = mcu.clockAt(time);
      // The first tick not before the change.
      if (mcu.worldTimeAt(at) < time) at++;
      if (at > clock && this.level(at) !== level) return at;
    }
    return NEVER_CLOCK;
  }
}

/**
 * A BLTouch: a pin that a servo signal lets down and pulls up, and a sensor output. In pin-down mode the output gives one short pulse when
 * the bed pushes the pin, which is then pulled up; in touch mode it is high as long as the pin is up. A pin that cannot come
 * down raises an alarm: the output stays high until a reset.
 *
 * In closed form: at every change of signal or motion it is foretold when the pin will be pushed. Times in world seconds, heights mm.
 */
import { NEVER_CLOCK } from "../firmware/clock.js";
import type { Level, PinSource, PlantAttachment } from "../firmware/gpio.js";
import type { PinPlace } from "./config-values.js";
import { isBeyond, type Coordinate } from "./coordinate.js";
import { watchOutput } from "./output-watch.js";
import { attachDigital } from "./switches.js";
import type { PowerPattern } from "./thermal-body.js";

/** Pulse widths of the signal, seconds; from the maker's manual. */
const PULSES = {
  pinDown: 650e-6, touchMode: 1165e-6, pinUp: 1475e-6, selfTest: 1780e-6, store: 1884e-6, fiveVolts: 1988e-6, openDrain: 2091e-6, reset: 2190e-6,
} as const;
export type BlTouchSignal = keyof typeof PULSES;

/** Deviation at which a pulse is still understood, seconds. */
const PULSE_TOLERANCE = 45e-6;
/** Time in which the pin comes down, seconds. */
const DEPLOY_SECONDS = 0.3;
/** Length of the pulse of a touch, seconds. */
const TOUCH_PULSE_SECONDS = 0.01;

/** How a BLTouch is broken. */
export type BlTouchFault = "pin-stuck-up" | "pin-stuck-down" | "no-signal";

export class BlTouch implements PinSource {
  readonly name: string;
  readonly sensor: PinPlace;
  readonly control: PinPlace;
  /** What the last pulses said. */
  signal: BlTouchSignal = "pinUp";
  private readonly z: Coordinate;
  private readonly limit: (worldTime: number) => number;
  private mcu: PlantAttachment | undefined;
  private fault: BlTouchFault | undefined;
  private mode: "stowed" | "deployed" | "touch" = "stowed";
  /** In touch mode: whether the pin is down. */
  private isDown = false;
  /** When the pin will be or is down; while deployed. */
  private downAt = 0;
  /** When the bed pushes the pin; while deployed. */
  private pushedAt = Number.POSITIVE_INFINITY;
  private alarmAt = Number.POSITIVE_INFINITY;

  /** @param limit height of the nozzle at which the pin is pushed, mm */
  constructor(name: string, sensor: PinPlace, control: PinPlace, z: Coordinate, limit: number | ((worldTime: number) => number)) {
    this.name = name;
    this.sensor = sensor;
    this.control = control;
    this.z = z;
    this.limit = typeof limit === "number" ? () => limit : limit;
    for (const { motor } of z.terms) motor.onChanged(() => this.motionChanged());
  }

  attach(mcu: PlantAttachment): void {
    if (attachDigital(mcu, this.sensor, this)) this.mcu = mcu;
    watchOutput(mcu, this.control, (pattern) => this.hear(pattern));
  }

  /** Breaks the device, or repairs it. */
  setFault(fault: BlTouchFault | undefined): void {
    this.fault = fault;
    this.motionChanged();
  }

  /** Whether the pin is down at a world time not before the present. */
  isDeployed(worldTime: number): boolean {
    if (this.mode === "touch") return this.isDown;
    return this.mode === "deployed" && worldTime >= this.downAt && worldTime < Math.min(this.pushedAt, this.alarmAt);
  }

  private hear(pattern: PowerPattern): void {
    if (this.fault === "no-signal" || pattern.cycleSeconds === 0) return;
    const found = (Object.entries(PULSES) as [BlTouchSignal, number][]).find(([, seconds]) => Math.abs(seconds - pattern.onSeconds) <= PULSE_TOLERANCE);
    if (found === undefined) return;
    this.obey(found[0], pattern.since);
    this.told();
  }

  private obey(signal: BlTouchSignal, worldTime: number): void {
    const isDown = this.fault === "pin-stuck-down" || this.isDeployed(worldTime);
    this.signal = signal;
    switch (signal) {
      case "pinDown":
        this.mode = "deployed";
        this.downAt = isDown ? worldTime : worldTime + DEPLOY_SECONDS;
        this.pushedAt = Number.POSITIVE_INFINITY;
        this.foretell(worldTime);
        return;
      case "touchMode":
        this.isDown = isDown;
        this.mode = "touch";
        return;
      case "reset":
        this.alarmAt = Number.POSITIVE_INFINITY;
        this.mode = "stowed";
        return;
      case "pinUp":
      case "selfTest":
        this.mode = "stowed";
        return;
      default: // Settings of the output say nothing to the pin.
    }
  }

  /** When the pin will be pushed, as far as steps are queued. What has happened before `worldTime` stays. */
  private foretell(worldTime: number): void {
    const { mcu } = this;
    if (mcu === undefined || this.mode !== "deployed" || this.pushedAt <= worldTime || this.alarmAt <= worldTime) return;
    this.pushedAt = this.alarmAt = Number.POSITIVE_INFINITY;
    if (this.fault === "pin-stuck-up") {
      this.alarmAt = this.downAt;
      return;
    }
    const from = mcu.clockAt(Math.max(worldTime, this.downAt));
    const limit = this.limit(worldTime);
    if (isBeyond(this.z.valueAt(from, mcu), limit, false)) {
      if (worldTime < this.downAt) this.alarmAt = this.downAt;
      else this.pushedAt = worldTime;
      return;
    }
    const crossing = this.z.nextCrossing(limit, false, from, mcu);
    if (crossing !== NEVER_CLOCK) this.pushedAt = mcu.worldTimeAt(crossing);
  }

  level(clock: number): Level { return this.isHigh(clock) !== this.sensor.inverted ? 1 : 0; }

  private isHigh(clock: number): boolean {
    const mcu = this.mcu!;
    const worldTime = mcu.worldTimeAt(clock);
    if (worldTime >= this.alarmAt) return true;
    switch (this.mode) {
      case "stowed":
        return false;
      case "touch":
        return !this.isDown || isBeyond(this.z.valueAt(clock, mcu), this.limit(worldTime), false);
      case "deployed":
        return worldTime >= this.pushedAt && worldTime < this.pushedAt + TOUCH_PULSE_SECONDS;
    }
  }

  nextChange(clock: number): number {
    const mcu = this.mcu!;
    const worldTime = mcu.worldTimeAt(clock);
    if (worldTime >= this.alarmAt || this.mode === "stowed") return NEVER_CLOCK;
    if (this.mode === "touch") return this.isDown ? this.z.nextCrossing(this.limit(worldTime), false, clock, mcu) : NEVER_CLOCK;
    const edges = [this.alarmAt, this.pushedAt, this.pushedAt + TOUCH_PULSE_SECONDS].filter((edge) => Number.isFinite(edge) && edge > worldTime);
    const level = this.level(clock);
    for (const edge of edges.sort((a, b) => a - b)) {
      let at = Math.max(clock + 1, mcu.clockAt(edge));
      // The first tick not before the edge.
      while (mcu.worldTimeAt(at) < edge) at++;
      if (this.level(at) !== level) return at;
    }
    return NEVER_CLOCK;
  }

  private motionChanged(): void {
    if (this.mcu === undefined) return;
    this.foretell(this.mcu.worldTimeAt(this.mcu.now()));
    this.told();
  }

  private told(): void { this.mcu?.gpio.inputChanged(this.sensor.pin); }
}

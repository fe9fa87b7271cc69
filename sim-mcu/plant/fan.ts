/** A fan whose speed follows the duty of its pin, and the tachometer that tells it: two edges per pulse, in closed form. */
import { NEVER_CLOCK } from "../firmware/clock.js";
import type { Level, PinSource, PlantAttachment } from "../firmware/gpio.js";
import type { PinPlace } from "./config-values.js";
import { conductingDuty, watchOutput } from "./output-watch.js";
import { attachDigital } from "./switches.js";

export interface FanOptions {
  name: string;
  pin: PinPlace | undefined;
  tachometerPin: PinPlace | undefined;
  /** Pulses per revolution. */
  pulsesPerRevolution: number;
  /** Speed at full duty, revolutions per minute. */
  maxRpm: number;
}

export class Fan implements PinSource {
  readonly name: string;
  private readonly options: FanOptions;
  private readonly listeners: ((worldTime: number, duty: number) => void)[] = [];
  private tachometerMcu: PlantAttachment | undefined;
  private duty = 0;
  private blocked = false;
  private since = 0;
  /** Edges since the start, the present one in parts, at `since`. */
  private phase = 0;

  constructor(options: FanOptions) {
    this.name = options.name;
    this.options = options;
  }

  attach(mcu: PlantAttachment): void {
    const { pin, tachometerPin } = this.options;
    if (pin !== undefined) {
      watchOutput(mcu, pin, (pattern) => {
        this.change(pattern.since, () => { this.duty = conductingDuty(pattern); });
        for (const listener of this.listeners) listener(pattern.since, this.duty);
      });
    }
    if (tachometerPin !== undefined && attachDigital(mcu, tachometerPin, this)) this.tachometerMcu = mcu;
  }

  /** Calls back whenever the duty changes. */
  onDuty(listener: (worldTime: number, duty: number) => void): void { this.listeners.push(listener); }

  /** Stops the rotor by hand from a world time on, or lets it go. */
  block(blocked: boolean, worldTime: number): void { this.change(worldTime, () => { this.blocked = blocked; }); }

  /** Speed now, revolutions per minute. */
  get rpm(): number { return this.blocked ? 0 : this.duty * this.options.maxRpm; }

  level(clock: number): Level { return (Math.floor(this.phaseAt(this.tachometerMcu!.worldTimeAt(clock))) & 1) as Level; }

  nextChange(clock: number): number {
    const rate = this.edgesPerSecond;
    if (rate === 0) return NEVER_CLOCK;
    const mcu = this.tachometerMcu!;
    const edge = Math.floor(this.phaseAt(mcu.worldTimeAt(clock))) + 1;
    let at = Math.max(clock + 1, mcu.clockAt(this.since + (edge - this.phase) / rate));
    while (Math.floor(this.phaseAt(mcu.worldTimeAt(at))) < edge) at++;
    return at;
  }

  private get edgesPerSecond(): number { return (this.rpm / 60) * this.options.pulsesPerRevolution * 2; }

  private phaseAt(worldTime: number): number { return this.phase + Math.max(0, worldTime - this.since) * this.edgesPerSecond; }

  private change(worldTime: number, apply: () => void): void {
    this.phase = this.phaseAt(worldTime);
    this.since = worldTime;
    apply();
    const { tachometerPin } = this.options;
    if (tachometerPin !== undefined) this.tachometerMcu?.gpio.inputChanged(tachometerPin.pin);
  }
}

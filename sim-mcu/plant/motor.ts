/**
 * A motor as the plant sees it: the way it has turned, from the steps that its micro-controller has really executed. A reset of
 * the controller loses its count of steps but moves nothing: the way is carried over.
 */
import type { PlantAttachment, StepSource } from "../firmware/gpio.js";
import type { PinPlace } from "./config-values.js";
import { rotorPosition } from "./rotor.js";

export class Motor {
  readonly name: string;
  readonly stepPin: PinPlace;
  /** Millimetres per step with dir level 1; negative for an inverted dir pin. */
  readonly mmPerStep: number;
  mcu: PlantAttachment | undefined;
  source: StepSource | undefined;
  /** Way of earlier lives of the step count, mm. */
  private carriedMm = 0;
  private readonly dependants: (() => void)[] = [];

  constructor(name: string, stepPin: PinPlace, mmPerStep: number) {
    this.name = name;
    this.stepPin = stepPin;
    this.mmPerStep = mmPerStep;
  }

  attach(mcu: PlantAttachment): void {
    if (mcu.mcuName !== this.stepPin.mcu) return;
    this.mcu = mcu;
    const bind = (source: StepSource): void => {
      if (source.stepPin !== this.stepPin.pin) return;
      this.carry(mcu.now());
      this.source = source;
      this.changed();
    };
    mcu.gpio.stepSources().forEach(bind);
    mcu.gpio.onStepSource(bind);
    mcu.gpio.onStepsChanged((source) => {
      if (source === this.source) this.changed();
    });
    mcu.gpio.onReset((lastClock) => {
      this.carry(lastClock);
      this.changed();
    });
  }

  /** Calls back when steps to come were queued or dropped. */
  onChanged(callback: () => void): void { this.dependants.push(callback); }

  /** Way at a clock of the motor's own controller (not before its present), mm from the start. */
  mmAt(clock: number): number {
    return this.carriedMm + (this.source === undefined ? 0 : this.mmPerStep * this.source.positionAt(clock));
  }

  /** Way of its rotor, which glides from step to step, at a clock as for `mmAt`, mm. */
  rotorMmAt(clock: number): number {
    const { source, mcu } = this;
    if (source === undefined || mcu === undefined) return this.mmAt(clock);
    return this.carriedMm + this.mmPerStep * rotorPosition(source.stepsAround(clock), clock, mcu.clockFreq);
  }

  /** Way at step count 0 of the present life, mm. */
  get originMm(): number { return this.carriedMm; }

  private carry(clock: number): void {
    this.carriedMm = this.mmAt(clock);
    this.source = undefined;
  }

  private changed(): void {
    for (const dependant of this.dependants) dependant();
  }
}

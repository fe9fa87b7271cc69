/**
 * The pins of one simulated MCU, in closed form on the MCU clock: an output is a level or a duty cycle since a clock,
 * an input is a function of the clock that can also foretell its next change, so nobody has to wake per sample.
 * Firmware features set pins up, write and read them; a plant attaches sources to inputs and listens to outputs and
 * to step sources. All clocks are 64 bit MCU ticks; a reset starts them at 0 again (see `onReset`).
 */
import { DeviceTable } from "../devices/device-table.js";
import { NEVER_CLOCK } from "./clock.js";

export type Level = 0 | 1;

/** What drives an input pin. */
export interface PinSource {
  level(clock: number): Level;
  /** First clock after `clock` at which the level differs from `level(clock)`, as far as can be foreseen; else NEVER_CLOCK. */
  nextChange(clock: number): number;
}

/** What an output pin does since `since`: constant (`cycleTicks` 0, level = `onTicks` ? 1 : 0), or high for `onTicks` of each `cycleTicks`, phase starting at `since`. */
export interface OutputState {
  since: number;
  onTicks: number;
  cycleTicks: number;
}

/** Fraction of time that an output is high, 0…1. */
export function dutyOf(state: OutputState): number {
  return state.cycleTicks === 0 ? (state.onTicks ? 1 : 0) : Math.min(1, state.onTicks / state.cycleTicks);
}

/** Level of an output at a clock not before `state.since`. */
export function levelOf(state: OutputState, clock: number): Level {
  if (state.cycleTicks === 0) return state.onTicks ? 1 : 0;
  return (clock - state.since) % state.cycleTicks < state.onTicks ? 1 : 0;
}

/** Visitor of step rows: step k (0-based) comes at `firstClock + k·interval + add·k(k+1)/2`; `dir` is the level of the dir pin. Return true to stop. */
export type RowVisitor = (firstClock: number, interval: number, add: number, count: number, dir: Level) => boolean | void;

/** One step. */
export interface Step {
  readonly clock: number;
  /** 1 with dir level 1, −1 with level 0. */
  readonly sign: 1 | -1;
}

/** A position and the steps before and after it, as far as there are any. */
export interface StepsAround {
  readonly position: number;
  readonly last: Step | undefined;
  readonly next: Step | undefined;
}

/** The steps that one configured stepper puts out: what a plant's axis follows. Positions count +1 per step with dir level 1, −1 with level 0, from 0 at configuration. */
export interface StepSource {
  readonly oid: number;
  readonly stepPin: string;
  readonly dirPin: string;
  /** Steps done up to and including `clock`, for a clock not before the MCU's present one; moves queued so far count. */
  positionAt(clock: number): number;
  /** The position as `positionAt` tells it, the last step up to `clock` and the first one after it. */
  stepsAround(clock: number): StepsAround;
  /** First clock after `clock` at which the position is `position`, as far as steps are queued; else NEVER_CLOCK. */
  clockOfPosition(position: number, clock: number): number;
  /** Visits the queued rows whose last step comes after `clock`, in order of time. */
  eachRow(clock: number, visit: RowVisitor): void;
}

/** What a plant gets to hold on to. */
export interface PlantAttachment {
  readonly mcuName: string;
  readonly clockFreq: number;
  readonly gpio: PinTable;
  /** The MCU's present 64 bit clock. */
  now(): number;
  worldTimeAt(clock: number): number;
  clockAt(worldTime: number): number;
}

/** Physics around the MCU. One plant may be attached to several MCUs. */
export interface Plant {
  attach(mcu: PlantAttachment): void;
}

interface Pin {
  name: string;
  output: OutputState | undefined;
  source: PinSource | undefined;
  analog: ((clock: number) => number) | undefined;
  pullUp: number;
  watchers: (() => void)[];
  outputListeners: ((state: OutputState) => void)[];
}

/** Expands an enumeration with ranges (`"PA0": [0, 8]`) to names by number. */
export function expandPinNames(enumeration: Readonly<Record<string, number | readonly [number, number]>>): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(enumeration)) {
    if (typeof value === "number") {
      names.set(value, name);
      continue;
    }
    const digits = /\d+$/.exec(name)?.[0] ?? "";
    const stem = name.slice(0, name.length - digits.length);
    for (let i = 0; i < value[1]; i++) names.set(value[0] + i, `${stem}${Number(digits) + i}`);
  }
  return names;
}

/** Inputs, outputs and analogue inputs of one MCU by pin number (firmware side) or pin name (plant side). */
export class PinTable {
  /** Chips on the buses of this MCU. */
  readonly devices = new DeviceTable();
  private readonly pins: (Pin | undefined)[] = [];
  private readonly numbers = new Map<string, number>();
  private stepSourceList: StepSource[] = [];
  private readonly stepSourceListeners: ((source: StepSource) => void)[] = [];
  private readonly stepChangeListeners: ((source: StepSource) => void)[] = [];
  private readonly resetListeners: ((lastClock: number) => void)[] = [];
  private readonly fail: (reason: string) => never;
  private readonly clockNow: () => number;
  private readonly inputError: string;

  /** @param fail shuts the MCU down with a reason, e.g. "Not an output pin" @param inputError the family's reason for a bad input pin */
  constructor(
    pinNames: ReadonlyMap<number, string>,
    fail: (reason: string) => never,
    clockNow: () => number,
    inputError = "Not a valid input pin",
  ) {
    this.fail = fail;
    this.clockNow = clockNow;
    this.inputError = inputError;
    for (const [number, name] of pinNames) {
      this.numbers.set(name, number);
      this.pins[number] = { name, output: undefined, source: undefined, analog: undefined, pullUp: 0, watchers: [], outputListeners: [] };
    }
  }

  // --- firmware side -------------------------------------------------------------------------------------------

  nameOf(pin: number): string { return this.pins[pin]?.name ?? `?${pin}`; }

  setupOutput(pin: number, level: number): void {
    const p = this.pins[pin];
    if (p === undefined) this.fail("Not an output pin");
    this.drive(p, level ? 1 : 0, 0);
  }

  /** @param pullUp 1 up, −1 down, 0 none: the level that an input without a source reads */
  setupInput(pin: number, pullUp: number): void {
    const p = this.pins[pin];
    if (p === undefined) this.fail(this.inputError);
    p.output = undefined;
    p.pullUp = pullUp;
  }

  setupAnalog(pin: number): void {
    if (this.pins[pin] === undefined) this.fail("Not a valid ADC pin");
  }

  setupPwm(pin: number): void {
    if (this.pins[pin] === undefined) this.fail("Not a valid PWM pin");
  }

  /** A constant level from now on. */
  write(pin: number, level: number): void { this.drive(this.pins[pin]!, level ? 1 : 0, 0); }

  /** A duty cycle from now on, starting with the high part. */
  writePwm(pin: number, onTicks: number, cycleTicks: number): void { this.drive(this.pins[pin]!, onTicks, cycleTicks); }

  read(pin: number, clock: number): Level {
    const p = this.pins[pin]!;
    if (p.source !== undefined) return p.source.level(clock);
    if (p.output !== undefined) return levelOf(p.output, clock);
    return p.pullUp > 0 ? 1 : 0;
  }

  /** First clock after `clock` at which the input differs from its level at `clock`, as far as foreseeable. Watch the pin to hear of revisions. */
  nextChange(pin: number, clock: number): number {
    return this.pins[pin]!.source?.nextChange(clock) ?? NEVER_CLOCK;
  }

  /** Calls back whenever what was foretold of this input may have changed; returns the function that ends it. */
  watch(pin: number, callback: () => void): () => void {
    const p = this.pins[pin]!;
    p.watchers.push(callback);
    return () => {
      const i = p.watchers.indexOf(callback);
      if (i >= 0) p.watchers.splice(i, 1);
    };
  }

  /** Analogue level 0…1 of full scale. */
  readAnalog(pin: number, clock: number): number {
    const value = this.pins[pin]!.analog?.(clock) ?? 0;
    return Math.min(1, Math.max(0, value));
  }

  addStepSource(source: StepSource): void {
    this.stepSourceList.push(source);
    for (const listener of [...this.stepSourceListeners]) listener(source);
  }

  /** The stepper's future changed: a row was queued or the stepper was stopped. */
  stepsChanged(source: StepSource): void {
    for (const listener of this.stepChangeListeners) listener(source);
  }

  /** True when a plant follows steps, so that changes must be told. */
  get hasStepListeners(): boolean { return this.stepChangeListeners.length > 0; }

  /** Reset of the MCU: all pins become floating inputs and the clock starts at 0 again. */
  reset(lastClock: number): void {
    for (const listener of [...this.resetListeners]) listener(lastClock);
    this.stepSourceList = [];
    for (const pin of this.pins) {
      if (pin === undefined) continue;
      pin.watchers = [];
      pin.pullUp = 0;
      if (pin.output === undefined) continue;
      pin.output = undefined;
      const floating: OutputState = { since: 0, onTicks: 0, cycleTicks: 0 };
      for (const listener of [...pin.outputListeners]) listener(floating);
    }
  }

  // --- plant side ----------------------------------------------------------------------------------------------

  /** @throws RangeError when the board has no such pin */
  pinNumber(name: string): number {
    const number = this.numbers.get(name);
    if (number === undefined) throw new RangeError(`Pin "${name}" does not exist on this board`);
    return number;
  }

  attachDigital(name: string, source: PinSource | undefined): void {
    const number = this.pinNumber(name);
    this.pins[number]!.source = source;
    this.inputChanged(name);
  }

  /** The source's forecast changed: watchers look again. */
  inputChanged(name: string): void {
    for (const watcher of [...this.pins[this.pinNumber(name)]!.watchers]) watcher();
  }

  /** @param value level as a fraction of full scale (0…1) at a clock */
  attachAnalog(name: string, value: ((clock: number) => number) | undefined): void {
    this.pins[this.pinNumber(name)]!.analog = value;
  }

  /** All pins of the board. */
  pinNames(): string[] { return [...this.numbers.keys()]; }

  /** What the pin puts out now; undefined while it is an input. */
  outputState(name: string): OutputState | undefined { return this.pins[this.pinNumber(name)]!.output; }

  /** Calls back on every change of an output, with its state from now on. */
  onOutput(name: string, listener: (state: OutputState) => void): void {
    this.pins[this.pinNumber(name)]!.outputListeners.push(listener);
  }

  /** Steppers configured so far; later ones come by `onStepSource`. Forgotten at reset. */
  stepSources(): readonly StepSource[] { return this.stepSourceList; }
  onStepSource(listener: (source: StepSource) => void): void { this.stepSourceListeners.push(listener); }
  /** Calls back when queued steps were added or dropped: forecasts of inputs that depend on them must be revised. */
  onStepsChanged(listener: (source: StepSource) => void): void { this.stepChangeListeners.push(listener); }
  /** Calls back right before a reset, with the last clock: fold positions into the plant's own base. */
  onReset(listener: (lastClock: number) => void): void { this.resetListeners.push(listener); }

  private drive(pin: Pin, onTicks: number, cycleTicks: number): void {
    const previous = pin.output;
    if (previous !== undefined && previous.cycleTicks === 0 && cycleTicks === 0 && previous.onTicks === onTicks) return;
    const state: OutputState = { since: this.clockNow(), onTicks, cycleTicks };
    pin.output = state;
    for (const listener of pin.outputListeners) listener(state);
  }
}

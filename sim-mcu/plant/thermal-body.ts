/**
 * A heated body and its sensor as two linear stages: the body takes the heater's power and loses heat to the room in
 * proportion to the difference; the sensor follows the body with a lag. Both have closed forms under constant power, so time
 * is taken in leaps from one reading or switching to the next. Times are world seconds, temperatures degrees Celsius.
 */

/** What a body is made of. */
export interface ThermalPhysics {
  /** Power of the heater when it is on. */
  watts: number;
  joulesPerKelvin: number;
  /** Loss to the room. */
  wattsPerKelvin: number;
  /** Time constant of the sensor behind the body; 0: it shows the body's own temperature. */
  sensorLagSeconds: number;
}

/** When the heater conducts from `since` on: `onSeconds` of each `cycleSeconds`, or all the time (cycle 0, on 1 or 0). */
export interface PowerPattern {
  since: number;
  onSeconds: number;
  cycleSeconds: number;
  /** The pattern is that of the pin; the heater conducts while the pin is low. */
  inverted: boolean;
}

const OFF: PowerPattern = { since: 0, onSeconds: 0, cycleSeconds: 0, inverted: false };

/** Seconds between `from` and `to` during which the heater conducts; exact, whatever the phase. */
export function conductingSeconds(pattern: PowerPattern, from: number, to: number): number {
  const { since, onSeconds, cycleSeconds, inverted } = pattern;
  const span = to - from;
  let high: number;
  if (cycleSeconds === 0) {
    high = onSeconds > 0 ? span : 0;
  } else {
    const highSince = (time: number): number => {
      const cycles = Math.floor((time - since) / cycleSeconds);
      return cycles * onSeconds + Math.min(onSeconds, time - since - cycles * cycleSeconds);
    };
    high = Math.min(span, Math.max(0, highSince(to) - highSince(from)));
  }
  return inverted ? span - high : high;
}

export class ThermalBody {
  readonly physics: ThermalPhysics;
  readonly ambientCelsius: number;
  private joules = 0;
  private body: number;
  private sensor: number;
  private time = 0;
  private pattern: PowerPattern = OFF;
  private extraLoss = 0;

  constructor(physics: ThermalPhysics, ambientCelsius: number, startCelsius = ambientCelsius) {
    this.physics = { ...physics };
    this.ambientCelsius = ambientCelsius;
    this.body = this.sensor = startCelsius;
  }

  /** Temperature of the body at a world time not before the last one asked for. */
  bodyCelsius(time: number): number {
    this.advance(time);
    return this.body;
  }

  /** Temperature that the sensor has at a world time. */
  sensorCelsius(time: number): number {
    this.advance(time);
    return this.sensor;
  }

  /** Heat that the heater has put in up to a world time, joules. */
  joulesAt(time: number): number {
    this.advance(time);
    return this.joules;
  }

  /** The heater follows `pattern` from its `since` on. */
  setPower(pattern: PowerPattern): void {
    this.advance(pattern.since);
    this.pattern = pattern;
  }

  /** Loss on top of the body's own (a fan that blows on it), watts per kelvin, from `time` on. */
  setExtraLoss(time: number, wattsPerKelvin: number): void {
    this.advance(time);
    this.extraLoss = wattsPerKelvin;
  }

  /** Puts body and sensor at a temperature, as after an hour of rest. */
  settleAt(time: number, celsius: number): void {
    this.advance(time);
    this.body = this.sensor = celsius;
  }

  private advance(to: number): void {
    const seconds = to - this.time;
    if (seconds <= 0) return;
    const { watts, joulesPerKelvin, wattsPerKelvin, sensorLagSeconds } = this.physics;
    const heat = watts * conductingSeconds(this.pattern, this.time, to);
    this.joules += heat;
    this.time = to;

    const loss = wattsPerKelvin + this.extraLoss;
    const tau = joulesPerKelvin / loss;
    const final = this.ambientCelsius + heat / seconds / loss;
    const excess = this.body - final;
    const decay = Math.exp(-seconds / tau);
    this.body = final + excess * decay;
    if (sensorLagSeconds === 0) {
      this.sensor = this.body;
      return;
    }
    // Equal time constants have another closed form; a hair's difference is none in effect.
    const lag = Math.abs(tau - sensorLagSeconds) < 1e-6 * tau ? sensorLagSeconds * (1 - 1e-6) : sensorLagSeconds;
    const following = (excess * tau) / (tau - lag);
    this.sensor = final + following * decay + (this.sensor - final - following) * Math.exp(-seconds / lag);
  }
}

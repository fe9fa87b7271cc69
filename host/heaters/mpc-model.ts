/**
 * The thermal model of a heater under control "mpc": a heated block between heater, room, fan and filament, and a sensor that follows the
 * block. Each reading moves the model ahead by the power that was applied, draws it towards the reading, learns the temperature of the
 * room while the block changes slowly, and asks for the power that brings the block to the target in `target_reach_time`.
 * Temperatures degrees Celsius, powers watts, times seconds. Pure: no pins, no clock.
 */

/** Constants of a model; names as in the configuration. */
export interface MpcConstants {
  /** J/K. */
  block_heat_capacity: number;
  /** 1/s: rate at which the sensor closes its distance from the block. */
  sensor_responsiveness: number;
  /** W/K, fan off. */
  ambient_transfer: number;
  /** W/K at fan speeds spread evenly from 0 to 1; empty: the fan makes no difference. */
  fan_ambient_transfer: readonly number[];
  target_reach_time: number;
  /** Share of a deviation from the reading that is corrected in a second. */
  smoothing: number;
  min_ambient_change: number;
  steady_state_rate: number;
}

/** Below this power, W, the room is learned even while the block changes fast: Kalico compares watts with a duty of 1 here. */
const LOW_POWER = 1;

/** What acts on the block around a reading. */
export interface MpcSurroundings {
  /** Speed of the cooling fan, 0…1. */
  fanSpeed: number;
  /** Heat per degree, W/K, that the filament took in the span before the reading, and takes in the one after it; negative while drawn back. */
  filamentTransfer: readonly [before: number, after: number];
  /** Temperature of the filament, for a given temperature of the room. */
  filamentTemp(ambient: number): number;
  /** Temperature of the room where a sensor has just told it; undefined: it is estimated. */
  sensedAmbient?: number | undefined;
}

/** Transfer to the room at a speed of the fan, W/K: linear between the measured speeds. */
export function ambientTransferAt(base: number, breakpoints: readonly number[], fanSpeed: number): number {
  if (breakpoints.length === 0) return base;
  if (breakpoints.length === 1) return breakpoints[0]!;
  const place = Math.min(1, Math.max(0, fanSpeed)) * (breakpoints.length - 1);
  const below = Math.min(Math.floor(place), breakpoints.length - 2);
  const share = place - below;
  return breakpoints[below]! * (1 - share) + breakpoints[below + 1]! * share;
}

export class MpcModel {
  blockTemp: number;
  sensorTemp: number;
  ambientTemp: number;
  /** Power asked for by the last step, W. */
  power = 0;
  lossAmbient = 0;
  lossFilament = 0;

  constructor(startTemp: number, ambientTemp: number) {
    this.blockTemp = this.sensorTemp = startTemp;
    this.ambientTemp = ambientTemp;
  }

  /**
   * One reading: `seconds` after the one before, with `maxPower` W available.
   * @returns power to apply, W
   */
  step(constants: MpcConstants, seconds: number, reading: number, target: number, maxPower: number, around: MpcSurroundings): number {
    const transfer = ambientTransferAt(constants.ambient_transfer, constants.fan_ambient_transfer, around.fanSpeed);
    const ambientLoss = (): number => (this.blockTemp - this.ambientTemp) * transfer;
    // A heater that is off heats no filament. What was fed is reckoned to have come at the room's temperature, as in Kalico.
    const [before, after] = target === 0 ? [0, 0] : around.filamentTransfer;

    const rise = ((this.power - ambientLoss() - (this.blockTemp - this.ambientTemp) * before) * seconds) / constants.block_heat_capacity;
    this.blockTemp += rise;
    this.sensorTemp += (this.blockTemp - this.sensorTemp) * constants.sensor_responsiveness * seconds;

    const correction = (reading - this.sensorTemp) * (1 - (1 - constants.smoothing) ** seconds);
    this.blockTemp += correction;
    this.sensorTemp += correction;

    this.ambientTemp = around.sensedAmbient ?? this.ambientTemp;
    const isSteady = (this.power > 0 && this.power < LOW_POWER) || Math.abs(rise + correction) < constants.steady_state_rate * seconds;
    if (isSteady) this.ambientTemp += Math.sign(correction) * Math.max(Math.abs(correction), constants.min_ambient_change * seconds);

    this.lossAmbient = ambientLoss();
    this.lossFilament = (this.blockTemp - around.filamentTemp(this.ambientTemp)) * after;
    const need = ((target - this.blockTemp) * constants.block_heat_capacity) / constants.target_reach_time + this.lossAmbient + this.lossFilament;
    this.power = target === 0 ? 0 : Math.max(0, Math.min(maxPower, need));
    return this.power;
  }
}

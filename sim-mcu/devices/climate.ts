/**
 * The air around a chip: temperature (degrees Celsius), relative humidity (percent), pressure (Pa), and the time (seconds) that its
 * conversions take. Humidity follows the temperature, as the water in the air stays the same.
 */
export interface Climate {
  celsius(): number;
  humidity(): number;
  pascal(): number;
  /** Any clock that only goes forward. */
  seconds(): number;
}

/** Water of an ordinary room: half of what its air can hold at 22 °C. */
const ROOM = { celsius: 22, humidity: 50 } as const;
/** One standard atmosphere. */
export const ROOM_PASCAL = 101_325;

/** Saturation pressure of water over a liquid, hPa (Magnus, −45…60 °C; further out an extrapolation). */
const saturation = (celsius: number): number => 6.112 * Math.exp((17.62 * celsius) / (243.12 + celsius));

/** Relative humidity of the room's air once it has another temperature, percent. */
export function roomHumidityAt(celsius: number): number {
  return Math.min(100, (ROOM.humidity * saturation(ROOM.celsius)) / saturation(celsius));
}

/**
 * Curves of the sensor chips that the host knows by name: output of the Analog Devices thermocouple
 * amplifiers against temperature, from the tables of their data sheets (AD595/AD597: rev. C; AD849x: rev. E),
 * and platinum resistors after IEC 60751. Stored as temperature steps and one column per chip.
 */

export type SensorSample = readonly [celsius: number, value: number];

/** Expand "first:step*count, …" into temperatures; a step follows the last temperature before it. */
function temperatures(first: number, steps: readonly (readonly [step: number, count: number])[]): number[] {
  const all = [first];
  for (const [step, count] of steps) for (let i = 0; i < count; i++) all.push(all[all.length - 1]! + step);
  return all;
}

function zip(celsius: readonly number[], values: readonly number[]): SensorSample[] {
  return values.map((value, i) => [celsius[i]!, value] as const);
}

/** Output of the AD595, volts. */
export const AD595: readonly SensorSample[] = zip(temperatures(0, [[10, 2], [5, 2], [10, 3], [20, 21]]), [
  0.0027, 0.101, 0.2, 0.25, 0.3, 0.401, 0.503, 0.605, 0.81, 1.015, 1.219, 1.42, 1.62, 1.817, 2.015, 2.213, 2.413, 2.614, 2.817,
  3.022, 3.227, 3.434, 3.641, 3.849, 4.057, 4.266, 4.476, 4.686, 4.896,
]);

/** Output of the AD597, volts. */
export const AD597: readonly SensorSample[] = zip(temperatures(0, [[10, 2], [5, 2], [10, 3], [20, 22]]), [
  0, 0.097, 0.196, 0.245, 0.295, 0.395, 0.496, 0.598, 0.802, 1.005, 1.207, 1.407, 1.605, 1.801, 1.997, 2.194, 2.392, 2.592,
  2.794, 2.996, 3.201, 3.406, 3.611, 3.817, 4.024, 4.232, 4.44, 4.649, 4.857, 5.066,
]);

/** Output of the AD8494, volts. */
export const AD8494: readonly SensorSample[] = zip(temperatures(-180, [[20, 10], [5, 1], [15, 1], [20, 58]]), [
  -0.714, -0.658, -0.594, -0.523, -0.446, -0.365, -0.278, -0.188, -0.095, 0.002, 0.1, 0.125, 0.201, 0.303, 0.406, 0.511, 0.617,
  0.723, 0.829, 0.937, 1.044, 1.151, 1.259, 1.366, 1.473, 1.58, 1.687, 1.794, 1.901, 2.008, 2.114, 2.221, 2.328, 2.435, 2.542,
  2.65, 2.759, 2.868, 2.979, 3.09, 3.203, 3.316, 3.431, 3.548, 3.666, 3.786, 3.906, 4.029, 4.152, 4.276, 4.401, 4.526, 4.65,
  4.774, 4.897, 5.018, 5.138, 5.257, 5.374, 5.49, 5.606, 5.72, 5.833, 5.946, 6.058, 6.17, 6.282, 6.394, 6.505, 6.616, 6.727,
]);

/** Output of the AD8495, volts. */
export const AD8495: readonly SensorSample[] = zip(temperatures(-260, [[20, 14], [5, 1], [15, 1], [20, 67]]), [
  -0.786, -0.774, -0.751, -0.719, -0.677, -0.627, -0.569, -0.504, -0.432, -0.355, -0.272, -0.184, -0.093, 0.003, 0.1, 0.125,
  0.2, 0.301, 0.402, 0.504, 0.605, 0.705, 0.803, 0.901, 0.999, 1.097, 1.196, 1.295, 1.396, 1.497, 1.599, 1.701, 1.803, 1.906,
  2.01, 2.113, 2.217, 2.321, 2.425, 2.529, 2.634, 2.738, 2.843, 2.947, 3.051, 3.155, 3.259, 3.362, 3.465, 3.568, 3.67, 3.772,
  3.874, 3.975, 4.076, 4.176, 4.275, 4.374, 4.473, 4.571, 4.669, 4.766, 4.863, 4.959, 5.055, 5.15, 5.245, 5.339, 5.432, 5.525,
  5.617, 5.709, 5.8, 5.891, 5.98, 6.069, 6.158, 6.245, 6.332, 6.418, 6.503, 6.587, 6.671, 6.754,
]);

/** Output of the AD8496, volts. */
export const AD8496: readonly SensorSample[] = zip(temperatures(-180, [[20, 10], [5, 1], [15, 1], [20, 58]]), [
  -0.642, -0.59, -0.53, -0.464, -0.392, -0.315, -0.235, -0.15, -0.063, 0.027, 0.119, 0.142, 0.213, 0.308, 0.405, 0.503, 0.601,
  0.701, 0.8, 0.9, 1.001, 1.101, 1.201, 1.302, 1.402, 1.502, 1.602, 1.702, 1.801, 1.901, 2.001, 2.1, 2.2, 2.3, 2.401, 2.502,
  2.603, 2.705, 2.808, 2.912, 3.017, 3.124, 3.231, 3.34, 3.451, 3.562, 3.675, 3.789, 3.904, 4.02, 4.137, 4.254, 4.37, 4.486,
  4.6, 4.714, 4.826, 4.937, 5.047, 5.155, 5.263, 5.369, 5.475, 5.581, 5.686, 5.79, 5.895, 5.999, 6.103, 6.207, 6.311,
]);

/** Output of the AD8497, volts. */
export const AD8497: readonly SensorSample[] = zip(temperatures(-260, [[20, 14], [5, 1], [15, 1], [20, 67]]), [
  -0.785, -0.773, -0.751, -0.718, -0.676, -0.626, -0.568, -0.503, -0.432, -0.354, -0.271, -0.184, -0.092, 0.003, 0.101, 0.126,
  0.2, 0.301, 0.403, 0.505, 0.605, 0.705, 0.804, 0.902, 0.999, 1.097, 1.196, 1.296, 1.396, 1.498, 1.599, 1.701, 1.804, 1.907,
  2.01, 2.114, 2.218, 2.322, 2.426, 2.53, 2.634, 2.739, 2.843, 2.948, 3.052, 3.156, 3.259, 3.363, 3.466, 3.569, 3.671, 3.773,
  3.874, 3.976, 4.076, 4.176, 4.276, 4.375, 4.474, 4.572, 4.67, 4.767, 4.863, 4.96, 5.055, 5.151, 5.245, 5.339, 5.433, 5.526,
  5.618, 5.71, 5.801, 5.891, 5.981, 6.07, 6.158, 6.246, 6.332, 6.418, 6.503, 6.588, 6.671, 6.754,
]);

/**
 * Platinum resistor of `base` ohm at 0 °C (Callendar-Van Dusen, IEC 60751, above 0 °C), every 10 °C up to 490.
 */
export function platinumResistance(base: number): SensorSample[] {
  const a = 3.9083e-3, b = -5.775e-7;
  return Array.from({ length: 50 }, (_, i) => {
    const celsius = i * 10;
    return [celsius, base * (1 + a * celsius + b * celsius * celsius)] as const;
  });
}

/** PT100 behind an INA826 amplifier of gain 10 with 4400 ohm pull-up to 5 V, volts. */
export function ina826Pt100(): SensorSample[] {
  return platinumResistance(100).map(([celsius, ohms]) => [celsius, 10 * 5 * ohms / (4400 + ohms)] as const);
}

/**
 * Height of the nozzle of a delta printer: three carriages on towers hold it by arms of known length. Lengths mm. A tower's coordinate is
 * the height at which the nozzle would be over the middle if all carriages were there.
 */
import { numberOf, type Sections } from "./config-values.js";
import type { Coordinate } from "./coordinate.js";
import { DerivedHeight } from "./derived-height.js";

/** Where a tower stands and how long its arm is. */
interface Tower {
  readonly x: number;
  readonly y: number;
  readonly arm2: number;
  /** Of the carriage over the nozzle, when that is in the middle. */
  readonly rise: number;
}

const NAMES = ["stepper_a", "stepper_b", "stepper_c"] as const;
const DEFAULT_ANGLES = [210, 330, 90];

function towersOf(sections: Sections): Tower[] {
  const radius = numberOf(sections["printer"] ?? {}, "delta_radius", 0);
  const firstArm = numberOf(sections["stepper_a"] ?? {}, "arm_length", 0);
  return NAMES.map((name, i) => {
    const section = sections[name] ?? {};
    const arm = numberOf(section, "arm_length", firstArm);
    const angle = (numberOf(section, "angle", DEFAULT_ANGLES[i]!) * Math.PI) / 180;
    return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), arm2: arm * arm, rise: Math.sqrt(arm * arm - radius * radius) };
  });
}

/** The lower one of the two points that have the arms' lengths from the three carriages; [x, y, z]. */
export function nozzleOf(towers: readonly Tower[], heights: readonly number[]): readonly [x: number, y: number, z: number] {
  const [a, b, c] = towers.map((tower, i) => ({ ...tower, h: heights[i]! + tower.rise })) as [Tower & { h: number }, Tower & { h: number }, Tower & { h: number }];
  // Two spheres cut in a plane; two planes in a line: x = p + q z, y = r + s z.
  const plane = (u: typeof a): readonly [x: number, y: number, z: number, constant: number] => [
    2 * (u.x - a.x), 2 * (u.y - a.y), 2 * (u.h - a.h),
    u.x * u.x + u.y * u.y + u.h * u.h - a.x * a.x - a.y * a.y - a.h * a.h - u.arm2 + a.arm2,
  ];
  const [x1, y1, z1, k1] = plane(b), [x2, y2, z2, k2] = plane(c);
  const determinant = x1 * y2 - x2 * y1;
  const p = (k1 * y2 - k2 * y1) / determinant, q = (z2 * y1 - z1 * y2) / determinant;
  const r = (x1 * k2 - x2 * k1) / determinant, s = (x2 * z1 - x1 * z2) / determinant;
  const squared = q * q + s * s + 1;
  const half = q * (p - a.x) + s * (r - a.y) - a.h;
  const constant = (p - a.x) ** 2 + (r - a.y) ** 2 + a.h * a.h - a.arm2;
  const z = (-half - Math.sqrt(half * half - squared * constant)) / squared;
  return [p + q * z, r + s * z, z];
}

export class DeltaHeight extends DerivedHeight {
  private readonly towers: readonly Tower[];

  constructor(towers: readonly Tower[], carriages: readonly Coordinate[]) {
    super(carriages, (heights) => nozzleOf(towers, heights)[2]);
    this.towers = towers;
  }

  /** Where the nozzle is at a world time not before the present. */
  placeAtTime(worldTime: number): readonly [x: number, y: number, z: number] {
    return nozzleOf(this.towers, this.rotorValuesAtTime(worldTime));
  }
}

/** The height of the nozzle of a delta printer, or undefined for other machines. */
export function deltaHeight(sections: Sections, carriages: ReadonlyMap<string, Coordinate>): DeltaHeight | undefined {
  if (sections["printer"]?.["kinematics"]?.trim() !== "delta") return undefined;
  const found = NAMES.flatMap((name) => carriages.get(name) ?? []);
  const towers = towersOf(sections);
  return found.length < NAMES.length || towers.some(({ rise }) => !(rise > 0)) ? undefined : new DeltaHeight(towers, found);
}

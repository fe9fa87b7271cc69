/**
 * GEN-JOB: print jobs from a seed. Layers of curved walls in short segments, infill in long lines, travels
 * with retraction, seams, fan and speed changes, dwells: the mixture that slicers write. Seed → G-code lines.
 */
import { SeededRandom } from "./random.js";

export interface PrintJobOptions {
  seed: number;
  /** Number of lines to write, about. */
  lines: number;
  /** Centre and radius of the part, mm. */
  centreX?: number;
  centreY?: number;
  radius?: number;
  layerHeight?: number;
  /** Print with the extruder axis (false: dry moves, for a printer without extruder). */
  extrude?: boolean;
  /** Also change fan, factors, acceleration, limits, and dwell now and then. */
  changes?: boolean;
}

/** Filament per mm of line: 0.45 mm wide, layer height as given, 1.75 mm filament. */
const filamentPerMm = (layerHeight: number): number => (0.45 * layerHeight) / (Math.PI * 0.875 * 0.875);

const f3 = (value: number): string => value.toFixed(3);

/**
 * The body of a job: it expects a homed printer and, when it extrudes, a hot enough nozzle.
 * @returns G-code lines
 */
export function printJob(options: PrintJobOptions): string[] {
  const { seed, lines: target, centreX = 110, centreY = 105, radius = 40, layerHeight = 0.2, extrude = true, changes = true } = options;
  const random = new SeededRandom(seed);
  const perMm = filamentPerMm(layerHeight);
  const out: string[] = ["G90", "M83", ...(extrude ? ["G92 E0"] : [])];
  let x = centreX;
  let y = centreY;
  let layer = 0;

  const travel = (toX: number, toY: number, z?: number): void => {
    if (extrude) out.push("G1 E-0.8 F2100");
    out.push(`G1 X${f3(toX)} Y${f3(toY)}${z === undefined ? "" : ` Z${f3(z)}`} F${random.pick([9000, 12000])}`);
    if (extrude) out.push("G1 E0.8 F2100");
    x = toX;
    y = toY;
  };
  const line = (toX: number, toY: number, feed?: number): void => {
    const length = Math.hypot(toX - x, toY - y);
    out.push(`G1 X${f3(toX)} Y${f3(toY)}${extrude ? ` E${(length * perMm).toFixed(5)}` : ""}${feed === undefined ? "" : ` F${feed}`}`);
    x = toX;
    y = toY;
  };
  const wall = (r: number, feed: number): void => {
    const lobes = random.integer(2, 5);
    const depth = random.between(0, 0.25);
    const segments = Math.max(24, Math.round((2 * Math.PI * r) / random.between(0.8, 2.5)));
    const at = (i: number): [number, number] => {
      const angle = (2 * Math.PI * i) / segments;
      const rr = r * (1 - depth * (0.5 + 0.5 * Math.cos(lobes * angle)));
      return [centreX + rr * Math.cos(angle), centreY + rr * Math.sin(angle)];
    };
    travel(...at(0));
    for (let i = 1; i <= segments && out.length < target; i++) line(...at(i), i === 1 ? feed : undefined);
  };
  const infill = (r: number, feed: number): void => {
    const spacing = random.between(2, 5);
    const vertical = layer % 2 === 0;
    let forward = true;
    for (let offset = -r + spacing; offset < r && out.length < target; offset += spacing) {
      const half = Math.sqrt(r * r - offset * offset);
      const [a, b] = forward ? [-half, half] : [half, -half];
      const from: [number, number] = vertical ? [centreX + offset, centreY + a] : [centreX + a, centreY + offset];
      const to: [number, number] = vertical ? [centreX + offset, centreY + b] : [centreX + b, centreY + offset];
      if (offset === -r + spacing) travel(...from);
      else line(...from);
      line(...to, feed);
      forward = !forward;
    }
  };

  while (out.length < target) {
    const z = layerHeight * (layer + 1);
    out.push(`;LAYER:${layer}`, `G1 Z${f3(z)} F600`);
    const speed = layer === 0 ? 1800 : random.pick([3600, 4800, 6000, 7200]);
    wall(radius, speed * 0.7);
    wall(radius - 0.45, speed);
    wall(radius - 0.9, speed);
    infill(radius * 0.7, speed);
    if (changes) {
      switch (random.integer(0, 7)) {
        case 0: out.push(`M220 S${random.pick([80, 100, 120])}`); break;
        case 1: out.push(`M221 S${random.pick([95, 100, 105])}`); break;
        case 2: out.push(`M204 S${random.pick([1000, 2000, 3000])}`); break;
        case 3: out.push(`G4 P${random.integer(50, 800)}`); break;
        case 4: out.push(`SET_VELOCITY_LIMIT ACCEL=${random.pick([1500, 3000])} SQUARE_CORNER_VELOCITY=${random.pick([3, 5, 8])}`); break;
        default: break;
      }
    }
    layer += 1;
  }
  out.push("M220 S100", "M221 S100", "G1 F3000");
  return out;
}

/**
 * Jobs from a seed, for two hosts: what slicers and users write, mixed at random. Infill, walls of short lines, arcs, retraction, travel, changes of
 * limits, factors and pressure advance, homing in the middle, macros, dwells, other extruders, waits for heaters, and now and then a
 * line that must be refused, at the end.
 */
import { SeededRandom } from "../../conformance/jobs/random.js";
import { randomPrinter, RANDOM_KINEMATICS, type RandomPrinter } from "./random-printer.js";

export interface RandomJob {
  seed: number;
  printer: RandomPrinter;
  /** What the job does besides lines. */
  features: string[];
  lines: string[];
}

const f = (value: number): string => value.toFixed(3);

class JobWriter {
  readonly lines: string[] = [];
  readonly features = new Set<string>();
  readonly random: SeededRandom;
  readonly printer: RandomPrinter;
  x: number;
  y: number;
  z = 10;

  constructor(seed: number, printer: RandomPrinter) {
    this.random = new SeededRandom(seed ^ 0x5bd1e995);
    this.printer = printer;
    this.x = this.y = (printer.low + printer.high) / 2;
  }

  write(...lines: string[]): void {
    this.lines.push(...lines);
  }

  to(x: number, y: number, { extrude = false, feed }: { extrude?: boolean; feed?: number } = {}): void {
    const { low, high } = this.printer;
    const [toX, toY] = [Math.min(Math.max(x, low), high), Math.min(Math.max(y, low), high)];
    const length = Math.hypot(toX - this.x, toY - this.y);
    this.write(`G1 X${f(toX)} Y${f(toY)}${extrude && length > 0.01 ? ` E${(length * 0.04).toFixed(5)}` : ""}${feed === undefined ? "" : ` F${feed}`}`);
    this.x = toX;
    this.y = toY;
  }

  /** Anywhere. */
  anywhere(): number {
    return this.random.between(this.printer.low, this.printer.high);
  }

  settle(): void {
    this.write("G90", `G1 Z${f(this.z)} F600`);
    this.to((this.printer.low + this.printer.high) / 2, (this.printer.low + this.printer.high) / 2 + 3, { feed: 6000 });
    this.write("G4 P500");
  }
}

type Part = (w: JobWriter) => void;

const wall: Part = (w) => {
  const { random } = w;
  const [cx, cy, radius, n] = [w.x, w.y, random.between(2, 25), random.integer(12, 120)];
  w.write(`G1 F${random.pick([1800, 3600, 9000])}`);
  for (let i = 0; i <= n; i++) w.to(cx + radius * Math.cos((2 * Math.PI * i) / n) - radius, cy + radius * Math.sin((2 * Math.PI * i) / n), { extrude: i > 0 });
};
const dense: Part = (w) => {
  const { random } = w;
  let angle = random.between(0, 6.28);
  w.write(`G1 F${random.pick([1200, 6000, 12000])}`);
  for (let i = random.integer(30, 120); i > 0; i--) {
    angle += random.between(-0.4, 0.4);
    const d = random.pick([0.02, 0.05, 0.1, 0.3, 0.8]);
    w.to(w.x + d * Math.cos(angle), w.y + d * Math.sin(angle), { extrude: random.next() < 0.95 });
  }
};
const infill: Part = (w) => {
  const width = w.random.between(3, 25);
  const from = w.x;
  for (let i = w.random.integer(4, 20); i > 0; i--) {
    w.to(i % 2 === 0 ? from + width : from, w.y, { extrude: true, feed: 4800 });
    w.to(w.x, w.y + 0.4, { extrude: true });
  }
};
const corners: Part = (w) => {
  for (let i = w.random.integer(3, 10); i > 0; i--) w.to(w.anywhere(), w.anywhere(), { extrude: w.random.next() < 0.6, feed: w.random.pick([3000, 9000, 18000]) });
};
const retract: Part = (w) => {
  const hop = w.random.next() < 0.5;
  const firmware = w.random.next() < 0.3;
  w.write(firmware ? "G10" : "G1 E-1.2 F2100", ...(hop ? [`G1 Z${f(w.z + 0.4)} F600`] : []));
  w.to(w.anywhere(), w.anywhere(), { feed: 9000 });
  w.write(...(hop ? [`G1 Z${f(w.z)}`] : []), firmware ? "G11" : "G1 E1.2 F2100");
  if (firmware) w.features.add("firmware retraction");
};
const layer: Part = (w) => {
  w.z = Math.min(w.z + w.random.pick([0.2, 0.3, 1]), 60);
  w.write(`G1 Z${f(w.z)} F${w.random.pick([300, 600])}`);
};
const arc: Part = (w) => {
  const { low, high } = w.printer;
  const r = Math.min(8, (high - low) / 6);
  w.to((low + high) / 2, (low + high) / 2, { feed: 6000 });
  w.write(`${w.random.pick(["G2", "G3"])} X${f(w.x + r)} Y${f(w.y + r)} I${f(r)} J0 E${f(r * 0.04)} F${w.random.pick([1800, 4800])}`);
  w.x += r;
  w.y += r;
  w.features.add("arcs");
};
const settings: Part = (w) => {
  const { random } = w;
  w.write(random.pick(["M220 S80", "M220 S150", "M220 S100", "M221 S95", "M221 S110", "M204 S800", "M204 P1500 T2500", "SET_VELOCITY_LIMIT VELOCITY=80", "SET_VELOCITY_LIMIT ACCEL=900 SQUARE_CORNER_VELOCITY=3",
    "SET_VELOCITY_LIMIT MINIMUM_CRUISE_RATIO=0.2", "RESET_VELOCITY_LIMIT", "M106 S128", "M107", "SET_GCODE_OFFSET Z_ADJUST=0.05 MOVE=1", "SET_GCODE_OFFSET X=0.5 Y=-0.5", "SET_GCODE_OFFSET X=0 Y=0 Z=0"].filter((line) => !/^M10[67]/.test(line))));
};
const advance: Part = (w) => {
  w.write(w.random.pick(["SET_PRESSURE_ADVANCE ADVANCE=0", "SET_PRESSURE_ADVANCE ADVANCE=0.06", "SET_PRESSURE_ADVANCE SMOOTH_TIME=0.02", "SET_PRESSURE_ADVANCE ADVANCE=0.03 SMOOTH_TIME=0.06"]));
  w.features.add("SET_PRESSURE_ADVANCE");
};
const dwell: Part = (w) => w.write(w.random.pick(["G4 P60", "G4 P200", "G4 S1", "M400", "G4 P4200"]));
const heat: Part = (w) => {
  w.write("M104 S210", "M109 S205", "M190 S65", "TEMPERATURE_WAIT SENSOR=extruder MINIMUM=200 MAXIMUM=220", "M105");
  w.features.add("heater waits");
};
const relative: Part = (w) => {
  w.write("G91", "G1 X1.5 Y-1 E0.05 F3000", "G1 X-1.5 Y1 E0.05", "G1 Z0.2", "G1 Z-0.2", "G90");
};
const macro: Part = (w) => {
  w.to(w.printer.low + 15, w.printer.low + 15, { feed: 6000 });
  w.write(`ZIGZAG N=${w.random.integer(1, 6)}`);
  w.features.add("macro");
};
const objects: Part = (w) => {
  w.write("EXCLUDE_OBJECT_DEFINE NAME=A", "EXCLUDE_OBJECT_DEFINE NAME=B", "EXCLUDE_OBJECT NAME=A");
  for (const name of ["A", "B", "A"]) {
    w.write(`EXCLUDE_OBJECT_START NAME=${name}`);
    w.random.pick([dense, corners])(w);
    w.write(`EXCLUDE_OBJECT_END NAME=${name}`);
    w.to(w.x + 1, w.y + 1, { feed: 6000 });
  }
  w.write("EXCLUDE_OBJECT RESET=1");
  w.features.add("exclude_object");
};
const tool: Part = (w) => {
  if (w.printer.extruders.length < 2) return;
  w.write(`ACTIVATE_EXTRUDER EXTRUDER=${w.random.pick(w.printer.extruders)}`);
  w.features.add("ACTIVATE_EXTRUDER");
};
const home: Part = (w) => {
  w.z = Math.max(w.z, 10);
  // Axes one by one where no other is needed for it.
  const axes = w.printer.homingAxes.length > 0 ? w.random.pick(["", ...w.printer.homingAxes]) : "";
  w.write(`G1 Z${f(w.z)} F600`, `G28 ${axes}`.trim());
  w.settle();
  w.features.add("homing mid job");
};
const skew: Part = (w) => {
  w.write("SET_SKEW XY=140.4,142.8,99.8");
  w.to(w.x + 3, w.y - 3, { feed: 3000 });
  dense(w);
  w.write("SET_SKEW CLEAR=1");
  w.to(w.x, w.y, { feed: 3000 });
  w.features.add("skew");
};
const shaper: Part = (w) => {
  if (!w.printer.features.some((text) => text.startsWith("shaper"))) return;
  w.write(`SET_INPUT_SHAPER SHAPER_FREQ_X=${w.random.pick([45, 0, 61.5])} SHAPER_TYPE_X=${w.random.pick(["mzv", "ei"])}`);
  w.features.add("SET_INPUT_SHAPER");
};

const PARTS: readonly (readonly [Part, number])[] = [
  [wall, 6], [dense, 6], [infill, 4], [corners, 4], [retract, 4], [layer, 5], [arc, 2], [settings, 6], [advance, 2], [dwell, 2], [heat, 1], [relative, 2], [macro, 2], [objects, 0.7], [tool, 2], [home, 1], [skew, 0.6], [shaper, 1],
];

const REFUSED = ["G1 X9000", "G1 E500", "SET_PRESSURE_ADVANCE ADVANCE=-1", "G1 Xabc", "SET_VELOCITY_LIMIT VELOCITY=0", "RESTORE_GCODE_STATE NAME=nowhere", "ACTIVATE_EXTRUDER EXTRUDER=nobody", "M109 S999", "TEMPERATURE_WAIT SENSOR=nobody MINIMUM=1", "G2 X10 Y10"];

/** Job and printer of a seed: kinematics take turns. */
export function randomJob(seed: number): RandomJob {
  const printer = randomPrinter(seed, RANDOM_KINEMATICS[seed % RANDOM_KINEMATICS.length]!);
  const w = new JobWriter(seed, printer);
  w.write("START_PRINT");
  w.settle();
  const total = PARTS.reduce((sum, [, weight]) => sum + weight, 0);
  for (let i = w.random.integer(12, 28); i > 0; i--) {
    let at = w.random.between(0, total);
    const part = PARTS.find(([, weight]) => (at -= weight) < 0) ?? PARTS[0]!;
    part[0](w);
  }
  w.write("M400");
  if (w.random.next() < 0.1) {
    const line = w.random.pick(REFUSED);
    w.write(line);
    w.features.add(`refused: ${line}`);
  }
  return { seed, printer, features: [...printer.features, ...w.features], lines: w.lines };
}

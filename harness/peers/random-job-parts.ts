/** What a random job is made of: infill, walls of short lines, arcs, retraction, travel, changes of limits and factors, homing, other tools, and what is rare. */
import { SeededRandom } from "../../conformance/jobs/random.js";
import { SHAPERS, type RandomPrinter } from "./random-printer.js";

const f = (value: number): string => value.toFixed(3);

/** The lines of a job, and where they leave the tool. */
export class JobWriter {
  readonly lines: string[] = [];
  readonly features = new Set<string>();
  readonly random: SeededRandom;
  readonly printer: RandomPrinter;
  x: number;
  y: number;
  z = 10;
  /** The tool stays in this square, mm. */
  low: number;
  high: number;

  constructor(seed: number, printer: RandomPrinter) {
    this.random = new SeededRandom(seed ^ 0x5bd1e995);
    this.printer = printer;
    this.low = printer.low;
    this.high = printer.high;
    this.x = this.y = (printer.low + printer.high) / 2;
  }

  has(equipment: string): boolean {
    return this.printer.equipment.includes(equipment);
  }

  write(...lines: string[]): void {
    this.lines.push(...lines);
  }

  to(x: number, y: number, { extrude = false, feed }: { extrude?: boolean; feed?: number } = {}): void {
    const { low, high } = this;
    const [toX, toY] = [Math.min(Math.max(x, low), high), Math.min(Math.max(y, low), high)];
    const length = Math.hypot(toX - this.x, toY - this.y);
    this.write(`G1 X${f(toX)} Y${f(toY)}${extrude && length > 0.01 ? ` E${(length * 0.04).toFixed(5)}` : ""}${feed === undefined ? "" : ` F${feed}`}`);
    this.x = toX;
    this.y = toY;
  }

  /** Anywhere. */
  anywhere(): number {
    return this.random.between(this.low, this.high);
  }

  settle(): void {
    this.write("G90");
    // Where homing stopped the second carriage must matter to the first moves only, as for all motors; a tilted bed makes it matter to z.
    if (this.has("dual_carriage")) this.write("SET_DUAL_CARRIAGE CARRIAGE=1", "G1 X150 F6000", "SET_DUAL_CARRIAGE CARRIAGE=0");
    this.write(`G1 Z${f(this.z)} F600`);
    const middle = (this.low + this.high) / 2;
    this.to(middle, middle + 3, { feed: 6000 });
    this.write("G4 P500");
  }
}

/** Writes some lines; nothing where the printer has not what they need. */
export type Part = (w: JobWriter) => void;

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
  const firmware = w.has("firmware_retraction") && w.random.next() < 0.3;
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
  const { low, high } = w;
  const r = Math.min(8, (high - low) / 6);
  w.to((low + high) / 2, (low + high) / 2, { feed: 6000 });
  const turn = w.random.pick(["G2", "G3"]);
  if (w.random.next() < 0.3) w.write(`${turn} X${f(w.x)} Y${f(w.y)} I${f(r)} J${f(-r / 3)} E0.8 F3000`);
  else if (w.random.next() < 0.2) {
    w.z += 2;
    w.write(`${turn} X${f(w.x + r)} Y${f(w.y + r)} Z${f(w.z)} I${f(r)} J0 F2400`);
    w.x += r;
    w.y += r;
  } else {
    w.write(`${turn} X${f(w.x + r)} Y${f(w.y + r)} I${f(r)} J0 E${f(r * 0.04)} F${w.random.pick([1800, 4800])}`);
    w.x += r;
    w.y += r;
  }
  w.features.add("arcs");
};
const settings: Part = (w) => {
  const { random } = w;
  w.write(random.pick(["M220 S80", "M220 S150", "M220 S100", "M221 S95", "M221 S110", "M204 S800", "M204 P1500 T2500", "SET_VELOCITY_LIMIT VELOCITY=80", "SET_VELOCITY_LIMIT ACCEL=900 SQUARE_CORNER_VELOCITY=3",
    "SET_VELOCITY_LIMIT MINIMUM_CRUISE_RATIO=0.2", "RESET_VELOCITY_LIMIT", "SET_GCODE_OFFSET Z_ADJUST=0.05 MOVE=1", "SET_GCODE_OFFSET X=0.5 Y=-0.5", "SET_GCODE_OFFSET X=0 Y=0 Z=0", "SET_GCODE_OFFSET X_ADJUST=0.2 MOVE=1 MOVE_SPEED=30", "M220 S33.3", "M220 S250",
    "SET_VELOCITY_LIMIT VELOCITY=400 ACCEL=15000 SQUARE_CORNER_VELOCITY=12", "SET_VELOCITY_LIMIT ACCEL=60", "SET_VELOCITY_LIMIT MINIMUM_CRUISE_RATIO=0.9", "SET_EXTRUDER_ROTATION_DISTANCE EXTRUDER=extruder DISTANCE=25.1",
    "SET_EXTRUDER_ROTATION_DISTANCE EXTRUDER=extruder DISTANCE=-22", ...(w.has("firmware_retraction") ? ["SET_RETRACTION RETRACT_LENGTH=1.5 RETRACT_SPEED=60 Z_HOP_HEIGHT=0.2", "RESET_RETRACTION"] : []), "G92 E0", "M400", "RESPOND MSG=x"]));
};
const advance: Part = (w) => {
  w.write(w.random.pick(["SET_PRESSURE_ADVANCE ADVANCE=0", "SET_PRESSURE_ADVANCE ADVANCE=0.06", "SET_PRESSURE_ADVANCE SMOOTH_TIME=0.02", "SET_PRESSURE_ADVANCE ADVANCE=0.03 SMOOTH_TIME=0.06", "SET_PRESSURE_ADVANCE ADVANCE=0.8", "SET_PRESSURE_ADVANCE SMOOTH_TIME=0.2", "SET_PRESSURE_ADVANCE SMOOTH_TIME=0", ...(w.has("extruder_stepper") ? ["SET_PRESSURE_ADVANCE EXTRUDER=belay ADVANCE=0.05"] : [])]));
  w.features.add("SET_PRESSURE_ADVANCE");
};
const dwell: Part = (w) => w.write(w.random.pick(["G4 P60", "G4 P200", "G4 S1", "M400", "G4 P4200", "G4 P0", "G4", "G4 P1"]));
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
  if (!w.has("exclude_object")) return;
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
  const index = w.random.integer(0, w.printer.extruders.length - 1);
  w.write(w.random.pick([`ACTIVATE_EXTRUDER EXTRUDER=${w.printer.extruders[index]!}`, `T${index}`]), ...(w.random.next() < 0.3 ? ["G1 E1.5 F900"] : []));
  w.features.add("ACTIVATE_EXTRUDER");
};
const home: Part = (w) => {
  const { random } = w;
  w.z = Math.max(w.z, 10);
  // Axes one by one where no other is needed for it.
  const axes = w.printer.homingAxes.length > 0 ? w.random.pick(["", ...w.printer.homingAxes]) : "";
  w.write(`G1 Z${f(w.z)} F600`, ...(w.printer.homeFrom === undefined ? [] : [w.printer.homeFrom]), ...(axes === "" && random.next() < 0.2 ? [random.pick(["M84", "M18"])] : []), `G28 ${axes}`.trim());
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
  w.write(`SET_INPUT_SHAPER SHAPER_FREQ_X=${w.random.pick([45, 0, 61.5])} SHAPER_TYPE_X=${w.random.pick(SHAPERS)}${w.random.next() < 0.5 ? ` SHAPER_FREQ_Y=${w.random.pick([0, 33, 80])} SHAPER_TYPE_Y=${w.random.pick(SHAPERS)} DAMPING_RATIO_Y=0.07` : ""}`);
  w.features.add("SET_INPUT_SHAPER");
};

const extremes: Part = (w) => {
  const { random } = w;
  random.pick([
    () => w.write(`G1 X${f(w.x)} Y${f(w.y)}`, "G1 E0", "G1 F1500", "G1", `G0 Z${f(w.z)}`),
    () => { w.to(w.x + random.between(-0.4, 0.4), w.y + random.between(-0.4, 0.4), { feed: random.pick([6, 30]) }); },
    () => { for (let i = 0; i < 4; i++) w.to(w.anywhere(), w.anywhere(), { feed: 90_000 }); },
    () => { for (let i = 0; i < 40; i++) w.to(w.x + 0.003 * (i % 7), w.y + 0.001 * (i % 5), { feed: 6000, extrude: i % 3 > 0 }); },
    () => { for (let i = 0; i < 30; i++) w.to(w.x + (i % 2 === 0 ? 0.6 : -0.6), w.y, { feed: 12_000, extrude: true }); },
    () => { for (const z of [0.02, -0.02, 3, -3]) w.write(`G1 Z${f(w.z + Math.max(z, 0))} F6000`); w.write(`G1 Z${f(w.z)}`); },
    () => w.write("G1 E-8 F4800", "G1 E8 F300", "G1 E0.001", "G1 E-0.0004"),
    () => { w.to(w.low, w.low, { feed: 24_000 }); w.to(w.high, w.high); w.to(w.low, w.high); },
  ])();
  w.to(w.x + 1, w.y - 1, { feed: 4200 });
};
const coordinates: Part = (w) => {
  const { random } = w;
  random.pick([
    () => w.write(`G92 X${f(w.x + 5)}`, `G1 X${f(w.x + 5 + 2)} F3000`, `G92 X${f(w.x + 2)}`, `G1 X${f(w.x)}`),
    () => w.write("M82", "G92 E0", `G1 X${f(w.x)} Y${f(w.y)} E0.5 F1800`, "G1 E1.25", "G1 E0.75", "G92 E10", "G1 E10.5", "M83"),
    () => w.write("SAVE_GCODE_STATE NAME=s", "G91", "G1 Z0.4 F900", "G1 Z-0.1", "M82", "RESTORE_GCODE_STATE NAME=s MOVE=1 MOVE_SPEED=20"),
    () => w.write(`g1x${f(w.x)}y${f(w.y)}f4000`, `N12 G01 X${f(w.x)} Y${f(w.y)} ; comment`, `G1 X+${Math.abs(w.x).toFixed(1)}${w.x < 0 ? "; skip" : ""}`.replace(/.*skip/, "; nothing"), `G1 X${f(w.x)}`, "", "  G1 E.25  F600 ", "G0 E-0.25"),
    () => { w.write("PAUSE"); w.to(w.x + 4, w.y + 4, { feed: 6000 }); w.write("RESUME VELOCITY=80"); },
  ])();
  w.to(w.x, w.y, { feed: 3000 });
  w.features.add("G92 and states");
};
const mesh: Part = (w) => {
  if (!w.has("bed_mesh")) return;
  const { random } = w;
  w.write(random.pick(["BED_MESH_PROFILE LOAD=warped", "BED_MESH_PROFILE LOAD=warped", "BED_MESH_CLEAR", "BED_MESH_OFFSET X=4 Y=-3", "BED_MESH_OFFSET ZFADE=0.5"]));
  if (random.next() < 0.6) {
    w.z = random.pick([0.9, 1.2, 5, 12]);
    w.write(`G1 Z${f(w.z)} F600`);
  }
  for (let i = random.integer(2, 6); i > 0; i--) w.to(w.anywhere(), w.anywhere(), { extrude: random.next() < 0.6, feed: random.pick([3000, 9000]) });
};
const feeder: Part = (w) => {
  if (!w.has("manual_stepper")) return;
  const { random } = w;
  w.write(...random.pick([
    ["MANUAL_STEPPER STEPPER=feeder SET_POSITION=0", "MANUAL_STEPPER STEPPER=feeder MOVE=5 SPEED=10"], ["MANUAL_STEPPER STEPPER=feeder MOVE=-3 ACCEL=0 SPEED=5", "MANUAL_STEPPER STEPPER=feeder MOVE=2 ACCEL=150"],
    ["MANUAL_STEPPER STEPPER=feeder SET_POSITION=1 MOVE=12 SPEED=4 SYNC=0"], ["MANUAL_STEPPER STEPPER=feeder ENABLE=0", "G4 P50", "MANUAL_STEPPER STEPPER=feeder ENABLE=1 MOVE=1"],
    w.has("gcode_axis") ? ["MANUAL_STEPPER STEPPER=feeder GCODE_AXIS=A LIMIT_VELOCITY=30 LIMIT_ACCEL=400", "G1 A3 F600", `G1 X${f(w.x)} Y${f(w.y)} A5.5 F1800`, "G1 A-1", "G4 P500", "MANUAL_STEPPER STEPPER=feeder GCODE_AXIS="] : ["MANUAL_STEPPER STEPPER=feeder MOVE=4 SPEED=30"],
  ]));
  w.to(w.x - 2, w.y + 2, { feed: 4800, extrude: true });
};
const sync: Part = (w) => {
  if (!w.has("extruder_stepper")) return;
  w.write(w.random.pick(["SYNC_EXTRUDER_MOTION EXTRUDER=belay MOTION_QUEUE=", "SYNC_EXTRUDER_MOTION EXTRUDER=belay MOTION_QUEUE=extruder", `SYNC_EXTRUDER_MOTION EXTRUDER=belay MOTION_QUEUE=${w.printer.extruders.at(-1)!}`]));
  w.to(w.x + 8, w.y, { feed: 3000, extrude: true });
};
const axisLimits: Part = (w) => {
  const { kinematics } = w.printer;
  if (!kinematics.startsWith("limited_")) return;
  w.write(kinematics === "limited_corexy" ? w.random.pick(["SET_KINEMATICS_LIMIT X_ACCEL=500", "SET_KINEMATICS_LIMIT X_ACCEL=900 Y_ACCEL=700 SCALE=1"]) : w.random.pick(["SET_KINEMATICS_LIMIT X_ACCEL=500 Y_VELOCITY=70", "SET_KINEMATICS_LIMIT Z_VELOCITY=4 Z_ACCEL=40"]));
  w.features.add("SET_KINEMATICS_LIMIT");
};
const carriages: Part = (w) => {
  if (!w.has("dual_carriage")) return;
  const { random } = w;
  const [low, high] = [w.low, w.high];
  w.write("SET_DUAL_CARRIAGE CARRIAGE=1");
  w.to(150, w.y, { feed: 6000 });
  if (random.next() < 0.5) random.pick([dense, corners])(w);
  w.to(150, w.y, { feed: 6000 });
  w.write("SET_DUAL_CARRIAGE CARRIAGE=0");
  w.to(50, w.y, { feed: 6000 });
  if (random.next() < 0.7) {
    [w.low, w.high] = [20, 80];
    w.write(`SET_DUAL_CARRIAGE CARRIAGE=1 MODE=${random.pick(["COPY", "MIRROR"])}`);
    for (let i = random.integer(1, 3); i > 0; i--) random.pick([dense, corners, wall])(w);
    [w.low, w.high] = [low, high];
    w.to(50, w.y, { feed: 6000 });
    w.write("SET_DUAL_CARRIAGE CARRIAGE=0");
  }
  w.to(w.x + 1, w.y, { feed: 3000 });
  w.features.add("SET_DUAL_CARRIAGE");
};
const forced: Part = (w) => {
  const { random, printer } = w;
  if (printer.homingAxes.length === 0 || w.has("dual_carriage")) return;
  w.write(...random.pick([
    ["FORCE_MOVE STEPPER=stepper_x DISTANCE=2 VELOCITY=20 ACCEL=300", "FORCE_MOVE STEPPER=stepper_x DISTANCE=-2 VELOCITY=40"], ["FORCE_MOVE STEPPER=extruder DISTANCE=3 VELOCITY=5"], ["STEPPER_BUZZ STEPPER=stepper_z"],
    ["G90", `G1 X${f(w.x)} Y${f(w.y)} Z${f(w.z)}`, "SET_GCODE_OFFSET X=0 Y=0 Z=0", `SET_KINEMATIC_POSITION X=${f(w.x)} Y=${f(w.y)} Z=${f(w.z)}`],
  ]));
  w.to(w.x, w.y + 2, { feed: 3000 });
  w.features.add("FORCE_MOVE");
};
/** What slicers write between the moves, and what must not move anything. */
const remarks: Part = (w) => {
  const { random } = w;
  const skew = ["SET_SKEW XY=140.1,140.7,99.9 XZ=100.2,99.7,70.8 YZ=141,141.2,99.9", "SKEW_PROFILE SAVE=drawn", "SKEW_PROFILE LOAD=drawn"];
  w.write(...random.pick([
    ["M117 Layer 3/40", "M73 P12 R34"], ["M117", "M118 hello", "M115"], ["M106 S128", "M107"], ["SET_PIN PIN=lamp VALUE=1", "G4 P20", "SET_PIN PIN=lamp VALUE=0"], ["SET_GCODE_VARIABLE MACRO=REMEMBER VARIABLE=seen VALUE=3", "REMEMBER"], ["GET_POSITION", "M114"],
    ["SET_STEPPER_ENABLE STEPPER=extruder ENABLE=0", "SET_STEPPER_ENABLE STEPPER=extruder ENABLE=1"], ["M204 S1200", "M204 P2000 T900", "M204"], ["SET_VELOCITY_LIMIT", "SET_PRESSURE_ADVANCE", "M220", "M221"], ["SET_DISPLAY_TEXT MSG=x", "SAVE_VARIABLE VARIABLE=a VALUE=1"],
    ["PAUSE", "G91", "G1 Z2 F900", "G1 X-3 Y2 F7000", "G1 E-2 F2400", "G90", "CLEAR_PAUSE", `G1 Z${f(w.z)} F900`, `G1 X${f(w.x)} Y${f(w.y)}`],
    ["PAUSE", "PAUSE", "G1 E0.5 F300", "RESUME", "RESUME"], [...skew, `G1 X${f(w.x)} Y${f(w.y)} F3000`, "SET_SKEW CLEAR=1", `G1 X${f(w.x)} Y${f(w.y)} F3000`],
  ]));
  w.to(w.x + 1, w.y + 1, { feed: 4200, extrude: true });
  w.features.add("remarks");
};
const longRest: Part = (w) => {
  w.write(w.random.pick(["G4 P140000", "G4 P280000"]));
  w.features.add("long rest");
};

/** Parts of a job with how often they come. */
export const PARTS: readonly (readonly [Part, number])[] = [
  [wall, 6], [dense, 6], [infill, 4], [corners, 4], [retract, 4], [layer, 5], [arc, 2], [settings, 6], [advance, 2], [dwell, 2], [heat, 1], [relative, 2], [macro, 2], [objects, 0.7], [tool, 2], [home, 1], [skew, 0.6], [shaper, 1.5], [extremes, 4], [coordinates, 2], [mesh, 5], [feeder, 3], [sync, 2], [axisLimits, 3], [carriages, 4], [forced, 0.6], [longRest, 0.15], [remarks, 3],
];


/**
 * Printers from a seed, for jobs in two hosts: every kinematics in turn, with geometry, drives, limits, shapers and extruders that
 * differ. Also where a tool can go, so that a job can be drawn for it.
 */
import { SeededRandom } from "../../conformance/jobs/random.js";

export interface RandomPrinter {
  kinematics: string;
  /** "corexy, shaper zv/ei, pressure advance, 2 extruders" */
  features: string[];
  config: string;
  /** The tool stays in this square, mm. */
  low: number;
  high: number;
  extruders: string[];
  /** Axes that G28 takes one by one; empty when only all home together. */
  homingAxes: string[];
  /** Where the switches can be reached from; anywhere when undefined. */
  homeFrom?: string;
  /** Sections that parts of a job need: "bed_mesh", "manual_stepper feeder", … */
  equipment: string[];
}

type Options = Record<string, string | number>;

const section = (name: string, options: Options): string => `[${name}]\n${Object.entries(options).map(([key, value]) => `${key}: ${value}\n`).join("")}\n`;

/** Pins without end; the ideal board has sixteen in each of the ports E to L. */
function* pins(): Generator<string, never> {
  for (let i = 0; ; i++) yield `P${"EFGHIJKL"[i >> 4]!}${i & 15}`;
}

export const SHAPERS = ["zv", "mzv", "zvd", "ei", "2hump_ei", "3hump_ei"];

class Builder {
  readonly random: SeededRandom;
  readonly features: string[] = [];
  readonly equipment: string[] = [];
  readonly #pins = pins();
  text = "";

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  pin(prefix = ""): string {
    return `${prefix}${this.#pins.next().value}`;
  }

  add(name: string, options: Options): void {
    this.text += section(name, options);
  }

  drive(): Options {
    const { random } = this;
    return {
      step_pin: this.pin(random.pick(["", "", "!"])), dir_pin: this.pin(random.pick(["", "!"])), enable_pin: this.pin("!"),
      ...(random.next() < 0.3 ? { step_pulse_duration: random.pick([0.000002, 0.000004, 0.0000001, 0.0000005, 0]) } : {}),
    };
  }

  belt(): Options {
    const { random } = this;
    const gears: Options = random.next() < 0.15 ? { gear_ratio: random.pick(["2:1", "62:16, 16:20"]) } : {};
    return { microsteps: random.pick([1, 4, 16, 16, 16, 32, 64, 128]), rotation_distance: random.pick([40, 32, 39.87, 72.5]), ...gears, ...(random.next() < 0.2 ? { full_steps_per_rotation: 400 } : {}) };
  }

  screw(): Options {
    return { microsteps: this.random.pick([16, 32]), rotation_distance: this.random.pick([8, 4, 2]) };
  }

  /** A rail with a switch at its lower end. */
  rail(name: string, belt: Options, max: number, more: Options = {}): void {
    const isZ = name === "stepper_z";
    this.add(name, {
      ...this.drive(), ...belt, endstop_pin: this.pin(this.random.pick(["^", "^!"])), position_endstop: 0, position_max: max, homing_speed: isZ ? this.random.pick([5, 10]) : this.random.pick([40, 60]),
      ...(this.random.next() < 0.3 ? { homing_retract_dist: this.random.pick([0, 3]) } : {}), ...more,
    });
  }
}

/** Steppers of each kinematics and the options of [printer] that go with them: where the tool can go. */
const MACHINES: Record<string, (b: Builder) => { kinematics?: string; printer?: Options; low?: number; high?: number; homes?: string[]; homeFrom?: string }> = {
  cartesian: (b) => boxOf(b, b.belt(), b.belt()),
  corexy: (b) => sameBelts(b),
  corexz: (b) => boxOf(b, { microsteps: 16, rotation_distance: 40 }, b.belt(), { microsteps: 16, rotation_distance: 40 }),
  hybrid_corexy: (b) => sameBelts(b),
  hybrid_corexz: (b) => boxOf(b, { microsteps: 16, rotation_distance: 40 }, b.belt(), { microsteps: 16, rotation_distance: 40 }),
  limited_cartesian: (b) => ({ ...boxOf(b, b.belt(), b.belt()), printer: { ...limits(b), max_x_velocity: b.random.pick([100, 150]), max_y_velocity: 120 } }),
  limited_corexy: (b) => ({ ...sameBelts(b), printer: { ...limits(b), scale_xy_accel: b.random.pick(["True", "False"]) } }),
  limited_corexz: (b) => ({ ...boxOf(b, { microsteps: 16, rotation_distance: 40 }, b.belt(), { microsteps: 16, rotation_distance: 40 }), printer: limits(b) }),
  "cartesian idex": (b) => idex(b, "cartesian"),
  "hybrid_corexy idex": (b) => idex(b, "hybrid_corexy"),
  "hybrid_corexz idex": (b) => idex(b, "hybrid_corexz"),
  delta(b) {
    const belt = b.belt();
    const arm = b.random.pick([333, 250]);
    for (const tower of ["a", "b", "c"]) {
      b.add(`stepper_${tower}`, {
        ...b.drive(), ...belt, endstop_pin: b.pin("^"), arm_length: arm + b.random.pick([0, 0, 0.37]), position_endstop: 297.05 + b.random.pick([0, 0.2]), homing_speed: 50,
      });
    }
    return { printer: { delta_radius: arm === 333 ? 174.75 : 130, minimum_z_position: -2 }, low: -45, high: 45 };
  },
  deltesian(b) {
    const belt = b.belt();
    for (const name of ["stepper_left", "stepper_right"]) b.add(name, { ...b.drive(), ...belt, endstop_pin: b.pin("^"), position_endstop: 268, arm_length: 217, arm_x_length: 160, homing_speed: 50 });
    b.rail("stepper_y", b.belt(), 200);
    // Further out Kalico f2532ee34 shuts down: its check of slow moves asks for a limit that it does not keep.
    return { low: 5, high: 40 };
  },
  rotary_delta(b) {
    for (const arm of ["a", "b", "c"]) b.add(`stepper_${arm}`, { ...b.drive(), microsteps: 16, gear_ratio: "107.000:16, 60:16", endstop_pin: b.pin("^"), position_endstop: 252, homing_speed: 50, upper_arm_length: 170, lower_arm_length: 320 });
    return { printer: { shoulder_radius: 33.9, shoulder_height: 412.9 }, low: -40, high: 40, homeFrom: "G1 X0 Y0 Z100 F1200" };
  },
  polar(b) {
    b.add("stepper_bed", { ...b.drive(), microsteps: 16, gear_ratio: "80:16" });
    b.add("stepper_arm", { ...b.drive(), ...b.belt(), endstop_pin: b.pin("^"), position_endstop: 300, position_max: 300, homing_speed: 50 });
    b.rail("stepper_z", b.screw(), 200);
    return b.random.pick([{ low: 40, high: 120 }, { low: -120, high: -40 }, { low: -100, high: 110 }]);
  },
  winch(b) {
    const anchors = [[0, -2000, -100], [2000, 1000, -100], [-2000, 1000, -100], [0, 0, 3000]];
    anchors.forEach(([x, y, z], i) => b.add(`stepper_${"abcd"[i]!}`, { ...b.drive(), microsteps: 16, rotation_distance: 40, anchor_x: x!, anchor_y: y!, anchor_z: z! }));
    return { low: -60, high: 60 };
  },
};

/** Kinematics that do not know the option max_z_accel. */
const NO_Z_ACCEL = ["rotary_delta", "winch"];

export const RANDOM_KINEMATICS = Object.keys(MACHINES);

function idex(b: Builder, kinematics: string): { kinematics: string; homes: string[] } {
  const belt = b.belt();
  const z = kinematics === "hybrid_corexz" ? belt : b.screw();
  b.rail("stepper_x", belt, 200);
  b.rail("stepper_y", belt, 210);
  b.rail("stepper_z", z, 180);
  b.rail("dual_carriage", belt, 210, { axis: "x", position_endstop: 210, safe_distance: 0 });
  b.equipment.push("dual_carriage");
  return { kinematics, homes: ["X", "Y", "Z", "X Y"] };
}

const limits = (b: Builder): Options => ({ max_x_accel: b.random.pick([800, 1000]), max_y_accel: 1000 });

function sameBelts(b: Builder): { homes: string[] } {
  const belt = b.belt();
  return boxOf(b, belt, belt);
}

function boxOf(b: Builder, x: Options, y: Options, z = b.screw()): { homes: string[] } {
  b.rail("stepper_x", x, 200, b.random.next() < 0.3 ? { position_endstop: 200 } : {});
  b.rail("stepper_y", y, 210);
  b.rail("stepper_z", z, 180, b.random.next() < 0.3 ? { position_endstop: 0.4, position_min: -2 } : {});
  const more = (name: string, options: Options, share: number, count = 1): void => {
    if (b.random.next() >= share) return;
    for (let i = 1; i <= count; i++) b.add(`${name}${i}`, { ...b.drive(), ...options });
    b.features.push(`${count + 1} ${name}`);
  };
  if (z["rotation_distance"] !== 40) more("stepper_z", z, 0.3, b.random.integer(1, 3));
  more("stepper_x", x, 0.1);
  more("stepper_y", y, 0.15);
  return { homes: ["X", "Y", "Z", "X Y"] };
}

export function randomPrinter(seed: number, kinematics: string): RandomPrinter {
  const b = new Builder(seed);
  const { random } = b;
  const machine = MACHINES[kinematics]!(b);
  const extruders = random.next() < 0.25 ? ["extruder", "extruder1"] : ["extruder"];
  if (extruders.length > 1) b.features.push("2 extruders");
  for (const name of extruders) addExtruder(b, name);
  b.add("heater_bed", { heater_pin: b.pin(), sensor_type: "Generic 3950", sensor_pin: b.pin(), control: "watermark", min_temp: 0, max_temp: 130 });
  const isBox = machine.homes !== undefined;
  addEquipment(b, isBox);
  // A winch takes no shaper.
  if (random.next() < 0.5 && kinematics !== "winch") {
    const [x, y] = [random.pick(SHAPERS), random.pick(SHAPERS)];
    b.add("input_shaper", { shaper_type_x: x, shaper_freq_x: random.pick([20, 37.5, 52.2, 66, 120]), shaper_type_y: y, shaper_freq_y: random.pick([41, 58.3, 0]), damping_ratio_x: random.pick([0.1, 0.05, 0]) });
    b.features.push(`shaper ${x}/${y}`);
  }
  b.add("mcu", { serial: "/dev/ttyACM0" });
  b.add("printer", {
    kinematics: machine.kinematics ?? kinematics, max_velocity: random.pick([80, 150, 300, 500]), max_accel: random.pick([300, 1000, 3000, 7000, 20000]), ...(NO_Z_ACCEL.includes(kinematics) ? {} : { max_z_accel: random.pick([50, 200]) }), ...(kinematics === "winch" ? {} : { max_z_velocity: random.pick([10, 25]) }),
    square_corner_velocity: random.pick([0, 1, 5, 8, 20]), ...(random.next() < 0.3 ? { minimum_cruise_ratio: random.pick([0, 0.3, 0.8]) } : {}), ...machine.printer,
  });
  for (const name of ["respond", "pause_resume", "display_status"]) b.add(name, {});
  b.add("fan", { pin: b.pin() });
  b.add("output_pin lamp", { pin: b.pin() });
  b.add("gcode_arcs", { resolution: random.pick([1, 1, 0.1, 5]) });
  // Kalico f2532ee34 shuts down where one of these meets a motor that is an axis of G1.
  if (!b.equipment.includes("gcode_axis")) {
    b.add("exclude_object", {});
    b.add("firmware_retraction", { retract_length: 0.8, retract_speed: 35, unretract_extra_length: random.pick([0, 0.02]), unretract_speed: 30, z_hop_height: random.pick([0, 0.3]) });
    b.equipment.push("firmware_retraction", "exclude_object");
  }
  b.add("force_move", { enable_force_move: "True" });
  b.add("skew_correction", {});
  extruders.forEach((name, i) => { b.text += `[gcode_macro T${i}]\ngcode:\n  ACTIVATE_EXTRUDER EXTRUDER=${name}\n  G92 E0\n\n`; });
  b.text += `[gcode_macro START_PRINT]\ngcode:\n  M140 S60\n  M104 S200\n  G28\n  M190 S60\n  M109 S200\n  TEMPERATURE_WAIT SENSOR=heater_bed MINIMUM=55\n  G90\n  M83\n  G92 E0\n
[gcode_macro REMEMBER]\nvariable_seen: 0\ngcode:\n  {% if printer["gcode_macro REMEMBER"].seen > 2 %}\n    G4 P10\n  {% endif %}\n
[gcode_macro ZIGZAG]\ngcode:\n  SAVE_GCODE_STATE NAME=zigzag\n  G91\n  {% for i in range(params.N|default(4)|int) %}\n    G1 X{2 if i % 2 else -2} Y{(3 / (i + 1))|round(3)} E0.1 F{3000 + 600 * i}\n  {% endfor %}\n  RESTORE_GCODE_STATE NAME=zigzag MOVE=1 MOVE_SPEED=60\n`;
  return { kinematics, features: [...b.features, ...b.equipment.filter((name) => !["firmware_retraction", "exclude_object"].includes(name))], config: b.text, low: machine.low ?? 20, high: machine.high ?? 170, extruders, homingAxes: machine.homes ?? [], equipment: b.equipment, ...(machine.homeFrom === undefined ? {} : { homeFrom: machine.homeFrom }) };
}

/** Sections that some printers have and a job uses where they are. */
function addEquipment(b: Builder, isBox: boolean): void {
  const { random } = b;
  if (random.next() < 0.25) {
    b.add("extruder_stepper belay", { ...b.drive(), microsteps: 16, rotation_distance: 22.6, extruder: random.pick(["extruder", ""]), ...(random.next() < 0.5 ? { pressure_advance: 0.03 } : {}) });
    b.equipment.push("extruder_stepper");
  }
  if (random.next() < 0.25) {
    b.add("manual_stepper feeder", { ...b.drive(), microsteps: 16, rotation_distance: 8, velocity: 20, ...(random.next() < 0.5 ? { accel: 200 } : {}) });
    b.equipment.push("manual_stepper", ...(random.next() < 0.5 ? ["gcode_axis"] : []));
  }
  if (isBox && random.next() < 0.35) {
    const [columns, rows] = [random.pick([3, 4, 5]), random.pick([3, 5, 6])];
    const algo = columns < 4 || rows < 4 ? "lagrange" : random.pick(["bicubic", "bicubic", "lagrange"]);
    const points = Array.from({ length: rows }, () => `  ${Array.from({ length: columns }, () => random.between(-0.4, 0.4).toFixed(4)).join(", ")}`).join("\n");
    const fade: Options = random.pick<Options>([{}, { fade_start: 1, fade_end: 15 }, { fade_start: 2, fade_end: 40, fade_target: 0.1 }]);
    b.add("bed_mesh", { mesh_min: "15, 15", mesh_max: "185, 190", probe_count: `${columns}, ${rows}`, ...fade, ...(random.next() < 0.4 ? { split_delta_z: 0.012, move_check_distance: 3 } : {}) });
    b.text += `[bed_mesh warped]\nversion: 1\npoints:\n${points}\nmin_x: 15.0\nmax_x: 185.0\nmin_y: 15.0\nmax_y: 190.0\nx_count: ${columns}\ny_count: ${rows}\nmesh_x_pps: 2\nmesh_y_pps: ${random.pick([1, 2, 3])}\nalgo: ${algo}\ntension: 0.2\n\n`;
    b.equipment.push("bed_mesh");
  } else if (random.next() < 0.15) {
    b.add("bed_tilt", { x_adjust: 0.0021, y_adjust: -0.0014, z_adjust: 0.1 });
    b.equipment.push("bed_tilt");
  }
}

function addExtruder(b: Builder, name: string): void {
  const { random } = b;
  const advance = random.next() < 0.6 ? random.pick([0.02, 0.045, 0.3]) : 0;
  if (advance > 0) b.features.push(`pressure advance ${advance}`);
  b.add(name, {
    ...b.drive(), microsteps: random.pick([16, 32]), rotation_distance: random.pick([22.6789511, 7.71, 33.5]), ...(random.next() < 0.3 ? { gear_ratio: "50:17" } : {}), nozzle_diameter: 0.4,
    filament_diameter: 1.75, heater_pin: b.pin(), sensor_type: "Generic 3950", sensor_pin: b.pin(), control: "pid", pid_kp: 22.2, pid_ki: 1.08, pid_kd: 114, min_temp: 0, max_temp: 300, max_extrude_only_distance: 100,
    max_extrude_cross_section: 50, ...(advance > 0 ? { pressure_advance: advance, pressure_advance_smooth_time: random.pick([0.005, 0.02, 0.04, 0.1, 0.2]) } : {}),
    ...(random.next() < 0.2 ? { per_move_pressure_advance: "True" } : {}), ...(random.next() < 0.3 ? { instantaneous_corner_velocity: random.pick([0.5, 5]) } : {}),
  });
}

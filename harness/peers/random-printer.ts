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
}

type Options = Record<string, string | number>;

const section = (name: string, options: Options): string => `[${name}]\n${Object.entries(options).map(([key, value]) => `${key}: ${value}\n`).join("")}\n`;

/** Pins without end; the ideal board has sixteen in each of the ports E to L. */
function* pins(): Generator<string, never> {
  for (let i = 0; ; i++) yield `P${"EFGHIJKL"[i >> 4]!}${i & 15}`;
}

const SHAPERS = ["zv", "mzv", "zvd", "ei", "2hump_ei", "3hump_ei"];

class Builder {
  readonly random: SeededRandom;
  readonly features: string[] = [];
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
      ...(random.next() < 0.3 ? { step_pulse_duration: random.pick([0.000002, 0.000004, 0.0000001]) } : {}),
    };
  }

  belt(): Options {
    const { random } = this;
    return { microsteps: random.pick([16, 16, 32, 64]), rotation_distance: random.pick([40, 32, 39.87]), ...(random.next() < 0.2 ? { full_steps_per_rotation: 400 } : {}) };
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
const MACHINES: Record<string, (b: Builder) => { printer?: Options; low?: number; high?: number; homes?: string[] }> = {
  cartesian: (b) => boxOf(b, b.belt(), b.belt()),
  corexy: (b) => sameBelts(b),
  corexz: (b) => boxOf(b, { microsteps: 16, rotation_distance: 40 }, b.belt(), { microsteps: 16, rotation_distance: 40 }),
  hybrid_corexy: (b) => sameBelts(b),
  hybrid_corexz: (b) => boxOf(b, { microsteps: 16, rotation_distance: 40 }, b.belt(), { microsteps: 16, rotation_distance: 40 }),
  limited_cartesian: (b) => ({ ...boxOf(b, b.belt(), b.belt()), printer: { ...limits(b), max_x_velocity: b.random.pick([100, 150]), max_y_velocity: 120 } }),
  limited_corexy: (b) => ({ ...sameBelts(b), printer: { ...limits(b), scale_xy_accel: b.random.pick(["True", "False"]) } }),
  limited_corexz: (b) => ({ ...boxOf(b, { microsteps: 16, rotation_distance: 40 }, b.belt(), { microsteps: 16, rotation_distance: 40 }), printer: limits(b) }),
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
    return { low: 5, high: 45 };
  },
  rotary_delta(b) {
    for (const arm of ["a", "b", "c"]) b.add(`stepper_${arm}`, { ...b.drive(), microsteps: 16, gear_ratio: "107.000:16, 60:16", endstop_pin: b.pin("^"), position_endstop: 252, homing_speed: 50, upper_arm_length: 170, lower_arm_length: 320 });
    return { printer: { shoulder_radius: 33.9, shoulder_height: 412.9 }, low: -40, high: 40 };
  },
  polar(b) {
    b.add("stepper_bed", { ...b.drive(), microsteps: 16, gear_ratio: "80:16" });
    b.add("stepper_arm", { ...b.drive(), ...b.belt(), endstop_pin: b.pin("^"), position_endstop: 300, position_max: 300, homing_speed: 50 });
    b.rail("stepper_z", b.screw(), 200);
    return { low: 40, high: 120 };
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

const limits = (b: Builder): Options => ({ max_x_accel: b.random.pick([800, 1000]), max_y_accel: 1000 });

function sameBelts(b: Builder): { homes: string[] } {
  const belt = b.belt();
  return boxOf(b, belt, belt);
}

function boxOf(b: Builder, x: Options, y: Options, z = b.screw()): { homes: string[] } {
  b.rail("stepper_x", x, 200, b.random.next() < 0.3 ? { position_endstop: 200 } : {});
  b.rail("stepper_y", y, 210);
  b.rail("stepper_z", z, 180, b.random.next() < 0.3 ? { position_endstop: 0.4, position_min: -2 } : {});
  if (b.random.next() < 0.25 && z["rotation_distance"] !== 40) {
    b.add("stepper_z1", { ...b.drive(), ...z });
    b.features.push("two z");
  }
  return { homes: ["X", "Y", "Z", "X Y"] };
}

export function randomPrinter(seed: number, kinematics: string): RandomPrinter {
  const b = new Builder(seed);
  const { random } = b;
  const machine = MACHINES[kinematics]!(b);
  const extruders = random.next() < 0.25 ? ["extruder", "extruder1"] : ["extruder"];
  if (extruders.length > 1) b.features.push("2 extruders");
  for (const name of extruders) addExtruder(b, name);
  if (random.next() < 0.15) {
    b.add("extruder_stepper belay", { ...b.drive(), microsteps: 16, rotation_distance: 22.6, extruder: "extruder", ...(random.next() < 0.5 ? { pressure_advance: 0.03 } : {}) });
    b.features.push("extruder_stepper");
  }
  b.add("heater_bed", { heater_pin: b.pin(), sensor_type: "Generic 3950", sensor_pin: b.pin(), control: "watermark", min_temp: 0, max_temp: 130 });
  // Shapers need axes that a job moves along one by one; a winch takes none.
  if (random.next() < 0.45 && !["polar", "rotary_delta", "winch", "deltesian"].includes(kinematics)) {
    const [x, y] = [random.pick(SHAPERS), random.pick(SHAPERS)];
    b.add("input_shaper", { shaper_type_x: x, shaper_freq_x: random.pick([37.5, 52.2, 66]), shaper_type_y: y, shaper_freq_y: random.pick([41, 58.3]), damping_ratio_x: random.pick([0.1, 0.05]) });
    b.features.push(`shaper ${x}/${y}`);
  }
  b.add("mcu", { serial: "/dev/ttyACM0" });
  b.add("printer", {
    kinematics, max_velocity: random.pick([150, 300]), max_accel: random.pick([1000, 3000, 7000]), ...(NO_Z_ACCEL.includes(kinematics) ? {} : { max_z_accel: random.pick([50, 200]) }), ...(kinematics === "winch" ? {} : { max_z_velocity: random.pick([10, 25]) }),
    square_corner_velocity: random.pick([1, 5, 8]), ...(random.next() < 0.3 ? { minimum_cruise_ratio: random.pick([0, 0.3, 0.8]) } : {}), ...machine.printer,
  });
  for (const name of ["gcode_arcs", "exclude_object", "respond"]) b.add(name, {});
  b.add("firmware_retraction", { retract_length: 0.8, retract_speed: 35, unretract_extra_length: random.pick([0, 0.02]), unretract_speed: 30, z_hop_height: random.pick([0, 0.3]) });
  b.add("force_move", { enable_force_move: "True" });
  b.add("skew_correction", {});
  b.text += `[gcode_macro START_PRINT]\ngcode:\n  M140 S60\n  M104 S200\n  G28\n  M190 S60\n  M109 S200\n  TEMPERATURE_WAIT SENSOR=heater_bed MINIMUM=55\n  G90\n  M83\n  G92 E0\n
[gcode_macro ZIGZAG]\ngcode:\n  SAVE_GCODE_STATE NAME=zigzag\n  G91\n  {% for i in range(params.N|default(4)|int) %}\n    G1 X{2 if i % 2 else -2} Y{(3 / (i + 1))|round(3)} E0.1 F{3000 + 600 * i}\n  {% endfor %}\n  RESTORE_GCODE_STATE NAME=zigzag MOVE=1 MOVE_SPEED=60\n`;
  return { kinematics, features: b.features, config: b.text, low: machine.low ?? 20, high: machine.high ?? 170, extruders, homingAxes: machine.homes ?? [] };
}

function addExtruder(b: Builder, name: string): void {
  const { random } = b;
  const advance = random.next() < 0.6 ? random.pick([0.02, 0.045, 0.3]) : 0;
  if (advance > 0) b.features.push(`pressure advance ${advance}`);
  b.add(name, {
    ...b.drive(), microsteps: random.pick([16, 32]), rotation_distance: random.pick([22.6789511, 7.71, 33.5]), ...(random.next() < 0.3 ? { gear_ratio: "50:17" } : {}), nozzle_diameter: 0.4,
    filament_diameter: 1.75, heater_pin: b.pin(), sensor_type: "Generic 3950", sensor_pin: b.pin(), control: "pid", pid_kp: 22.2, pid_ki: 1.08, pid_kd: 114, min_temp: 0, max_temp: 300, max_extrude_only_distance: 100,
    max_extrude_cross_section: 50, ...(advance > 0 ? { pressure_advance: advance, pressure_advance_smooth_time: random.pick([0.02, 0.04, 0.1]) } : {}),
    ...(random.next() < 0.3 ? { instantaneous_corner_velocity: random.pick([0.5, 5]) } : {}),
  });
}

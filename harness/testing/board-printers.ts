/** A small cartesian printer for each board, with the pin names of its family. */

interface Pins {
  /** Step, dir, enable and endstop pin of each axis. */
  x: readonly [string, string, string, string];
  y: readonly [string, string, string, string];
  z: readonly [string, string, string, string];
  /** Step, dir, enable, heater and sensor pin. */
  extruder: readonly [string, string, string, string, string];
  fan: string;
}

const PINS: Readonly<Record<string, Pins>> = {
  atmega2560: { x: ["PF0", "PF1", "!PD7", "^PE5"], y: ["PF6", "!PF7", "!PF2", "^PJ1"], z: ["PL3", "PL1", "!PK0", "^PD3"], extruder: ["PA4", "PA6", "!PA2", "PB4", "PK5"], fan: "PH6" },
  stm32f446: { x: ["PF13", "PF12", "!PF14", "^PG6"], y: ["PG0", "!PG1", "!PF15", "^PG9"], z: ["PF11", "PG3", "!PG5", "^PG10"], extruder: ["PF9", "PF10", "!PG2", "PA2", "PF4"], fan: "PA8" },
  rp2040: { x: ["gpio11", "gpio10", "!gpio12", "^gpio4"], y: ["gpio6", "!gpio5", "!gpio7", "^gpio3"], z: ["gpio19", "gpio28", "!gpio2", "^gpio25"], extruder: ["gpio14", "gpio13", "!gpio15", "gpio23", "gpio27"], fan: "gpio17" },
  linux: { x: ["gpio2", "gpio3", "!gpio4", "gpio5"], y: ["gpio6", "!gpio7", "!gpio8", "gpio9"], z: ["gpio10", "gpio11", "!gpio12", "gpio13"], extruder: ["gpio14", "gpio15", "!gpio16", "gpio17", "analog0"], fan: "gpio18" },
};

/** Names of the boards that there is a printer for. */
export const printerBoards = Object.keys(PINS);

/** Text of printer.cfg. */
export function printerOnBoard(board: string): string {
  const pins = PINS[board]!;
  const axis = (name: "x" | "y" | "z", rest: string): string => `[stepper_${name}]
step_pin: ${pins[name][0]}
dir_pin: ${pins[name][1]}
enable_pin: ${pins[name][2]}
endstop_pin: ${pins[name][3]}
microsteps: 16
position_max: 200
${rest}
`;
  const [step, dir, enable, heater, sensor] = pins.extruder;
  return `[mcu]
serial: /dev/ttyACM0

[printer]
kinematics: cartesian
max_velocity: 300
max_accel: 3000
max_z_velocity: 15
max_z_accel: 100

${axis("x", "rotation_distance: 40\nposition_endstop: 0\nhoming_speed: 50")}
${axis("y", "rotation_distance: 40\nposition_endstop: 0\nhoming_speed: 50")}
${axis("z", "rotation_distance: 8\nposition_endstop: 0.5")}
[extruder]
step_pin: ${step}
dir_pin: ${dir}
enable_pin: ${enable}
microsteps: 16
rotation_distance: 33.5
nozzle_diameter: 0.4
filament_diameter: 1.75
heater_pin: ${heater}
sensor_type: EPCOS 100K B57560G104F
sensor_pin: ${sensor}
control: pid
pid_Kp: 22.2
pid_Ki: 1.08
pid_Kd: 114
min_temp: 0
max_temp: 250
min_extrude_temp: 0

[fan]
pin: ${pins.fan}
`;
}

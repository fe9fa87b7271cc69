/** The printer that a plugin is certified in when it brings no printer.cfg: an ordinary cartesian machine. */

/** Pins of the atmega2560 that no section of the base printer uses, for options that want a pin. */
export const FREE_PINS = ["PH3", "PH4", "PG5", "PE4", "PB5", "PB6", "PD2", "PC0", "PC1", "PC2"] as const;

export const BASE_PRINTER = `[mcu]
serial: /dev/ttyACM0

[printer]
kinematics: cartesian
max_velocity: 300
max_accel: 3000
max_z_velocity: 15
max_z_accel: 100

[stepper_x]
step_pin: PF0
dir_pin: PF1
enable_pin: !PD7
microsteps: 16
rotation_distance: 40
endstop_pin: ^PE5
position_endstop: 0
position_max: 220
homing_speed: 50

[stepper_y]
step_pin: PF6
dir_pin: !PF7
enable_pin: !PF2
microsteps: 16
rotation_distance: 40
endstop_pin: ^PJ1
position_endstop: 0
position_max: 220
homing_speed: 50

[stepper_z]
step_pin: PL3
dir_pin: PL1
enable_pin: !PK0
microsteps: 16
rotation_distance: 8
endstop_pin: ^PD3
position_endstop: 0.5
position_max: 200

[extruder]
step_pin: PA4
dir_pin: PA6
enable_pin: !PA2
microsteps: 16
rotation_distance: 33.5
nozzle_diameter: 0.4
filament_diameter: 1.75
heater_pin: PB4
sensor_type: EPCOS 100K B57560G104F
sensor_pin: PK5
control: pid
pid_Kp: 22.2
pid_Ki: 1.08
pid_Kd: 114
min_temp: 0
max_temp: 250
min_extrude_temp: 0

[heater_bed]
heater_pin: PH5
sensor_type: EPCOS 100K B57560G104F
sensor_pin: PK6
control: watermark
min_temp: 0
max_temp: 130

[fan]
pin: PH6
`;

/** Sections that a certification needs and adds where the printer lacks them. */
export const NEEDED_SECTIONS: readonly { name: string; options: [string, string][] }[] = [
  { name: "virtual_sdcard", options: [["path", "gcodes"]] },
  { name: "display_status", options: [] },
  { name: "pause_resume", options: [] },
];

/** Ordinary sections that a plugin may look for on a printer, added when it asks for one by name. Their pins are no free pins. */
export const SECTIONS_ON_REQUEST: Readonly<Record<string, readonly [string, string][]>> = {
  bed_mesh: [["mesh_min", "20, 20"], ["mesh_max", "180, 180"], ["probe_count", "3, 3"]],
  exclude_object: [],
  firmware_retraction: [],
  force_move: [["enable_force_move", "True"]],
  gcode_arcs: [],
  idle_timeout: [],
  input_shaper: [],
  pause_resume: [],
  probe: [["pin", "^PD4"], ["z_offset", "1"]],
  respond: [],
  save_variables: [["filename", "variables.cfg"]],
};

/** A printer for an attached board: it uses no pin, has no heater and no axis. */
export const boardPrinter = (port: string): string => `[mcu]
serial: ${port}

[printer]
kinematics: none
max_velocity: 300
max_accel: 3000
`;

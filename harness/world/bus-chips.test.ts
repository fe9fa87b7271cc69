/** Chips on buses, from the configuration through the host and the wire to the simulated chips and back. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runJob, type JobRun } from "./run-job.js";

const PRINTER = "[mcu]\nserial: /dev/ttyACM0\n[printer]\nkinematics: cartesian\nmax_velocity: 300\nmax_accel: 3000\n";
const axis = (name: string, pins: readonly [step: string, dir: string, endstop: string]): string =>
  `[stepper_${name}]\nstep_pin: ${pins[0]}\ndir_pin: ${pins[1]}\nmicrosteps: 16\nrotation_distance: 40\nendstop_pin: ${pins[2]}\nposition_endstop: 0\nposition_max: 200\nhoming_speed: 50\n`;
const currents = "run_current: 0.5\nsense_resistor: 0.110\n";

async function run(config: string, gcode: string): Promise<JobRun & { lines: string[] }> {
  const directory = mkdtempSync(join(tmpdir(), "bus-chips-"));
  const configFile = join(directory, "printer.cfg");
  writeFileSync(configFile, config);
  const lines: string[] = [];
  try {
    const job = await runJob({ configFile, board: "ideal", seed: 1, lines: gcode.split("\n"), observer: { onGcodeResponse: (line) => void lines.push(line) } });
    return { ...job, lines };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

test("drivers on a shared UART and in a chain home without switches, and answer what they were told", async () => {
  const config = PRINTER +
    axis("x", ["PC0", "PL0", "tmc2209_stepper_x:virtual_endstop"]) + axis("y", ["PC1", "PL1", "tmc5160_stepper_y:virtual_endstop"]) + axis("z", ["PC2", "PL2", "^PB4"]) +
    `[tmc2209 stepper_x]\nuart_pin: PA5\nuart_address: 1\ndiag_pin: PH6\n${currents}` +
    `[tmc5160 stepper_y]\ncs_pin: PG0\nchain_position: 2\nchain_length: 2\ndiag1_pin: !PK7\n${currents}` +
    `[tmc5160 stepper_z]\ncs_pin: PG0\nchain_position: 1\nchain_length: 2\n${currents}`;

  const { state, result, lines } = await run(config, "G28\nG1 X10 F6000\nM400\nDUMP_TMC STEPPER=stepper_x REGISTER=PWMCONF\nDUMP_TMC STEPPER=stepper_y REGISTER=CHOPCONF\nSET_TMC_FIELD STEPPER=stepper_x FIELD=nonsense VALUE=1");

  expect(state).toBe("ready");
  expect(lines).toContain("// PWMCONF:    c80d0e24 pwm_ofs=36 pwm_grad=14 pwm_freq=1 pwm_autoscale=1 pwm_autograd=1 pwm_reg=8 pwm_lim=12");
  expect(lines).toContain("// CHOPCONF:   14410153 toff=3 hstrt=5 hend=2 tbl=2 tpfd=4 mres=4(16usteps) intpol=1");
  expect(result?.errors).toEqual(["Unknown field name 'nonsense'"]);
});

test("an accelerometer that lies still feels gravity along the z axis of the machine, however axes_map says that it is turned", async () => {
  const { lines } = await run(`${PRINTER.replace("cartesian", "none")}[adxl345]\ncs_pin: PA1\naxes_map: -z,y,x\n`, "ACCELEROMETER_QUERY");

  const [x, y, z] = /: (.*)$/.exec(lines.find((line) => line.includes("accelerometer values"))!)![1]!.split(", ").map(Number);
  expect(Math.hypot(x!, y!, z! - 9806.65)).toBeLessThan(1000);
});

test("chips that are set once, leds, sensors and a display start a printer without an error", async () => {
  const config = PRINTER.replace("cartesian", "none") +
    "[mcp4018 pot]\nwiper: 0.5\n[ad5206 pots]\nenable_pin: PC1\nchannel_1: 0.5\n[sx1509 more]\ni2c_address: 62\n[output_pin far]\npin: sx1509_more:PIN_3\n" +
    "[dotstar chain]\ndata_pin: PA4\nclock_pin: PA5\nchain_count: 3\n[pca9632 lamp]\n[servo arm]\npin: PE1\n[board_pins]\naliases: EXP1_1=PH1, EXP1_2=<GND>\n" +
    "[temperature_sensor cup]\nsensor_type: MAX31856\nsensor_pin: PC3\nmin_temp: 0\nmax_temp: 300\n[virtual_sdcard]\npath: /tmp\n[display]\nlcd_type: st7920\ncs_pin: EXP1_1\nsclk_pin: PH2\nsid_pin: PH3\n";

  const { state, result, world } = await run(config, "SET_SERVO SERVO=arm ANGLE=90\nSET_PIN PIN=far VALUE=1\nSET_LED LED=chain RED=1\nSET_LED LED=lamp BLUE=1\nG4 P2000");

  expect(state).toBe("ready");
  expect(result?.errors).toEqual([]);
  const cup = world.printer!.lookupObject<{ getStatus(eventTime: number): { temperature: number } }>("temperature_sensor cup");
  expect(cup.getStatus(0).temperature).toBeCloseTo(22, 0);
});

test("every kind of led takes its colour from a display template, one of a chain by its index", async () => {
  const config = PRINTER.replace("cartesian", "none") +
    "[led lamp]\nred_pin: PA1\n[neopixel ring]\npin: PA2\nchain_count: 3\n[dotstar chain]\ndata_pin: PA4\nclock_pin: PA5\nchain_count: 3\n[pca9533 four]\n[pca9632 lights]\ni2c_software_scl_pin: PB1\ni2c_software_sda_pin: PB2\n" +
    "[display_template half]\nparam_level: 0.5\ntext: 0,{param_level},0,0\n";
  const kinds = ["led lamp", "neopixel ring", "dotstar chain", "pca9533 four", "pca9632 lights"];
  const assign = kinds.map((name) => `SET_LED_TEMPLATE LED=${name.split(" ")[1]!} TEMPLATE=half${/ring|chain/.test(name) ? " INDEX=2 PARAM_LEVEL=0.25" : ""}`);

  const { result, world } = await run(config, [...assign, "G4 P2000"].join("\n"));

  expect(result?.errors).toEqual([]);
  const greens = kinds.map((name) => world.printer!.lookupObject<{ getStatus(eventTime: number): { color_data: number[][] } }>(name).getStatus(0).color_data.map((color) => color[1]));
  expect(greens).toEqual([[0.5], [0, 0.25, 0], [0, 0.25, 0], [0.5], [0.5]]);
});

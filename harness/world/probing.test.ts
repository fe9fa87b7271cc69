/** Probing on a whole printer: homing over the bed, meshes of an uneven bed, and a BLTouch that is broken. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BedMesh } from "../../host/modules/bed-mesh/bed-mesh.js";
import { printerOnBoard } from "../testing/board-printers.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { runJob, type JobRun } from "./run-job.js";
import type { SimWorld } from "./sim-world.js";

const BOARD = "stm32f446";
/** Ends where z finds its own endstop; a probe is the endstop instead. */
const PROBED = printerOnBoard(BOARD).replace(/endstop_pin: \^PG10/, "endstop_pin: probe:z_virtual_endstop").replace(/position_endstop: 0\.5\n?/, "position_min: -3\n");
const BLTOUCH = "[bltouch]\nsensor_pin: ^PB7\ncontrol_pin: PB6\nx_offset: -20\ny_offset: 10\nz_offset: 1.5\nspeed: 10\n";
const SAFE = "[safe_z_home]\nhome_xy_position: 120, 90\nspeed: 200\nz_hop: 8\n";
const MESH = "[bed_mesh]\nspeed: 200\nmesh_min: 20, 30\nmesh_max: 170, 180\nprobe_count: 4, 4\nalgorithm: bicubic\n";

/** A bed that leans and sags, mm; 0 under the probe where z is homed. */
const bedHeight = (x: number, y: number): number => 0.002 * (x - 100) - 0.001 * (y - 100) + 0.00001 * (x - 100) * (y - 100);

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

interface Probed extends JobRun { answers: string[] }

async function probed(config: string, lines: readonly string[], onWorld?: (world: SimWorld) => void): Promise<Probed> {
  const answers: string[] = [];
  const run = await runJob({
    configFile: scratch.write("printer.cfg", config), board: BOARD, seed: 1, lines, live: true, traceCommands: false, machine: { bedHeight },
    observer: { onGcodeResponse: (line) => void answers.push(...line.split("\n")) },
    ...(onWorld === undefined ? {} : { onWorld }),
  });
  return { ...run, answers };
}

describe("a printer with a BLTouch", () => {
  it("homes z over the bed, lifts before, and stays above its hop", async () => {
    const { state, result, world, answers } = await probed(PROBED + BLTOUCH + SAFE, ["G28", "M114"]);
    expect([state, result?.errors]).toEqual(["ready", []]);
    expect(answers).toContain("X:120.000 Y:90.000 Z:8.000 E:0.000");
    expect(world.plant.positionOf("z", world.clock.now)).toBeCloseTo(8, 2);
    expect(world.plant.blTouch("bltouch").isDeployed(world.clock.now)).toBe(false);
  });

  it("finds the shape of the bed, and follows it", async () => {
    const lines = ["G28", "BED_MESH_CALIBRATE", "G1 Z0.3 F600", "G1 X60 Y60 F12000", "M400", "G1 X150 Y140", "M400"];
    const { state, result, world } = await probed(PROBED + BLTOUCH + SAFE + MESH, lines);
    expect([state, result?.errors]).toEqual(["ready", []]);

    const mesh = world.printer!.lookupObject<BedMesh>("bed_mesh").getMesh()!;
    for (const [x, y] of [[20, 30], [170, 180], [90, 100], [55, 160]] as const) expect(mesh.calcZ(x, y)).toBeCloseTo(bedHeight(x, y), 2);
    const [x, y, z] = ["x", "y", "z"].map((axis) => world.plant.positionOf(axis, world.clock.now)) as [number, number, number];
    expect([x, y]).toEqual([expect.closeTo(150, 1), expect.closeTo(140, 1)]);
    expect(z - bedHeight(x, y)).toBeCloseTo(0.3, 2);
    expect(world.printer!.lookupObject<{ getStatus(t: number): object }>("bed_mesh").getStatus(0)).toMatchObject({ profile_name: "default", mesh_min: [20, 30], mesh_max: [170, 180] });
  });

  it("in touch mode and without stowing between samples finds the same", async () => {
    const config = `${PROBED}${BLTOUCH}stow_on_each_sample: False\nprobe_with_touch_mode: True\nsamples: 2\n${SAFE}`;
    const { result, answers } = await probed(config, ["G28", "G1 X100 Y100 F9000", "PROBE"]);
    expect(result?.errors).toEqual([]);
    const touches = answers.filter((answer) => answer.startsWith("// probe at 100.000,100.000 is z="));
    expect(touches).toHaveLength(2);
    for (const touch of touches) expect(Number(touch.split("z=")[1])).toBeCloseTo(1.5 + bedHeight(80, 110), 2);
  });

  it.each([
    ["no-signal", "BLTouch failed to verify sensor state", "// BLTouch failed to verify sensor state; retrying."],
    ["pin-stuck-up", "BLTouch failed to deploy", undefined],
  ] as const)("says so when its device is broken (%s)", async (fault, error, notice) => {
    const { result, answers } = await probed(PROBED + BLTOUCH + SAFE, ["G28"], (world) => world.plant.blTouch("bltouch").setFault(fault));
    expect(result?.errors).toEqual([error]);
    if (notice !== undefined) expect(answers.filter((answer) => answer === notice)).toHaveLength(2);
  });
});

describe("a delta printer", () => {
  const towers = printerOnBoard(BOARD)
    .replace("[stepper_x]", "[stepper_a]\narm_length: 250").replace("[stepper_y]", "[stepper_b]").replace("[stepper_z]", "[stepper_c]")
    .replace(/position_max: .*\n/g, "").replace(/position_endstop: .*\n?/g, "").replace(/homing_speed: .*\n?/g, "").replace(/rotation_distance: 8\n/, "rotation_distance: 40\n")
    .replace("[stepper_a]\n", "[stepper_a]\nposition_endstop: 200\nhoming_speed: 50\n")
    .replace("kinematics: cartesian", "kinematics: delta\ndelta_radius: 120\nminimum_z_position: -5").replace("max_z_accel: 100\n", "");
  const probe = "[probe]\npin: ^PB7\nx_offset: 5\nz_offset: 2\nspeed: 10\n";

  it("finds the bed under its probe, and its shape", async () => {
    const mesh = "[bed_mesh]\nspeed: 200\nmesh_radius: 60\nround_probe_count: 3\nmesh_origin: 5, 0\n";
    const { state, result, answers, world } = await probed(towers + probe + mesh, ["G28", "G1 Z20 F6000", "G1 X30 Y-40", "PROBE", "G1 Z20", "BED_MESH_CALIBRATE"]);
    expect([state, result?.errors]).toEqual(["ready", []]);
    const [touch] = answers.flatMap((answer) => (answer.startsWith("// Result is z=") ? [Number(answer.slice(15))] : []));
    expect(touch).toBeCloseTo(2 + bedHeight(35, -40), 1);
    const found = world.printer!.lookupObject<BedMesh>("bed_mesh").getMesh()!;
    for (const [x, y] of [[5, 0], [65, 0], [5, 60], [-55, 0]] as const) expect(found.calcZ(x, y)).toBeCloseTo(bedHeight(x, y), 1);
  });
});

describe("a printer whose G28 is a script", () => {
  const OVERRIDE = "[homing_override]\naxes: z\nset_position_z: 0\ngcode:\n  G1 Z7 F600\n  G28 X Y\n  G1 X100 Y100 F9000\n  G28 Z\n  M118 done {params}\n[respond]\n";

  it("runs it for the axes that it is for, where G28 homes as ever, and homes others without it", async () => {
    const { result, answers } = await probed(PROBED + BLTOUCH + OVERRIDE, ["G28 X", "M114", "G28 Z0", "M114"]);
    expect(result?.errors).toEqual([]);
    expect(answers.filter((answer) => /^(X:|echo:)/.test(answer))).toEqual([
      "X:5.000 Y:0.000 Z:0.000 E:0.000", "echo: done {'G': '28', 'Z': '0'}", "X:100.000 Y:100.000 Z:6.500 E:0.000",
    ]);
  });

  it("cannot be homed safely by another module as well", async () => {
    const { message } = await probed(PROBED + BLTOUCH + OVERRIDE + SAFE, []);
    expect(message).toContain("homing_override and safe_z_homing cannot be used simultaneously");
  });
});

describe("a printer with a switch for a probe", () => {
  it("measures how its axis is twisted, and makes up for it", async () => {
    const config = `${PROBED}[probe]\npin: ^PB7\nz_offset: 1\ny_offset: 10\nspeed: 10\n${SAFE}[axis_twist_compensation]\ncalibrate_start_x: 20\ncalibrate_end_x: 180\ncalibrate_y: 100\n`;
    const byHand = ["TESTZ Z=-4", "ACCEPT", "TESTZ Z=-4.1", "ACCEPT"];
    const { result, answers } = await probed(config, ["G28", "AXIS_TWIST_COMPENSATION_CALIBRATE SAMPLE_COUNT=2", ...byHand, "G1 X20 Y90 Z5 F6000", "PROBE", "G1 Z5", "G1 X180", "PROBE"]);
    expect(result?.errors).toEqual([]);
    const [left, right] = answers.flatMap((answer) => (answer.startsWith("// Result is z=") ? [Number(answer.slice(15))] : []));
    // The hand found both ends 0.1 mm apart.
    expect(right! - left!).toBeCloseTo(-0.1, 2);
    expect(answers.some((answer) => /Calibration complete, offsets: \[/.test(answer))).toBe(true);
  });

  it("measures points around a faulty region in place of those inside, and the reference outside the mesh last", async () => {
    const probe = "[probe]\npin: ^PB7\nz_offset: 1\nspeed: 10\n";
    const mesh = `${MESH.replace("4, 4", "3, 3").replace("bicubic", "lagrange")}faulty_region_1_min: 80, 90\nfaulty_region_1_max: 100, 120\nzero_reference_position: 10, 10\n`;
    const { result, answers, world } = await probed(PROBED + probe + SAFE + mesh, ["G28", "BED_MESH_CALIBRATE PROFILE=late"]);
    expect(result?.errors).toEqual([]);
    const places = answers.flatMap((answer) => /probe at ([\d.]+),([\d.]+)/.exec(answer)?.slice(1).map(Number).join(" ") ?? []);
    expect(places).toEqual(["20 30", "95 30", "170 30", "170 105", "100 105", "95 90", "95 120", "80 105", "20 105", "20 180", "95 180", "170 180", "10 10"]);
    const bedMesh = world.printer!.lookupObject<BedMesh>("bed_mesh");
    expect(bedMesh.getMesh()!.calcZ(170, 180)).toBeCloseTo(bedHeight(170, 180) - bedHeight(10, 10), 2);
    expect(Object.keys(bedMesh.getStatus().profiles)).toEqual(["late"]);
  });

  it("turns heaters off while it homes, and on again", async () => {
    const targets: number[] = [];
    const config = `${PROBED}[probe]\npin: ^PB7\nz_offset: 1\n${SAFE}[homing_heaters]\nsteppers: stepper_z\n[gcode_macro NOTE]\ngcode:\n  M118 {printer.extruder.target}\n[respond]\n`;
    const { result, answers } = await probed(config.replace("z_offset: 1\n", "z_offset: 1\nactivate_gcode:\n  NOTE\ndeactivate_gcode:\n  NOTE\n"), ["M104 S150", "G28", "NOTE"]);
    expect(result?.errors).toEqual([]);
    targets.push(...answers.flatMap((answer) => (answer.startsWith("echo: ") ? [Number(answer.slice(6))] : [])));
    expect(targets.at(-1)).toBe(150);
    expect(targets).toContain(0);
  });
});

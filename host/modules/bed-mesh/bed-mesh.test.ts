import { describe, expect, it } from "vitest";
import { gcodeBench, type GCodeBench } from "../../gcode/testing/gcode-bench.js";
import { probeModules } from "../probe-modules.js";

const MESH = `
[bed_mesh]
mesh_min: 20, 15
mesh_max: 200, 190
`;
const PROFILE = `
[bed_mesh default]
version: 1
points:
  0.1, 0.2, 0.1, 0.05
  0.05, 0.0, 0.05, -0.12
  0.1, 0.15, 0.1, 0.31
min_x: 20.0
max_x: 200.0
min_y: 15.0
max_y: 190.0
x_count: 4
y_count: 3
mesh_x_pps: 2
mesh_y_pps: 2
algo: lagrange
tension: 0.2
`;
const bench = (config: string): Promise<GCodeBench> => gcodeBench(config, { modules: probeModules });

async function answers({ output, script }: GCodeBench, text: string): Promise<string[]> {
  output.length = 0;
  for (const line of text.split("\n")) await script(line).catch(() => undefined);
  return output.flatMap((answer) => answer.split("\n"));
}

describe("bed_mesh", () => {
  it("reports nothing before there is a mesh, and its profiles", async () => {
    const b = await bench(MESH + PROFILE);
    const status = b.object("bed_mesh").getStatus(0);
    expect(status).toMatchObject({ profile_name: "", mesh_min: [0, 0], mesh_max: [0, 0], probed_matrix: [[]], mesh_matrix: [[]] });
    expect(Object.keys(status)).toEqual(["profile_name", "mesh_min", "mesh_max", "probed_matrix", "mesh_matrix", "profiles"]);
    expect(status.profiles.default.mesh_params).toEqual({ min_x: 20, max_x: 200, min_y: 15, max_y: 190, x_count: 4, y_count: 3, mesh_x_pps: 2, mesh_y_pps: 2, algo: "lagrange", tension: 0.2 });
    expect(await answers(b, "BED_MESH_OUTPUT\nBED_MESH_MAP\nBED_MESH_OFFSET X=1\nBED_MESH_CHECK")).toEqual([
      "// Bed has not been probed", "// Bed has not been probed", "// No mesh loaded to offset", "!! No mesh has been loaded",
    ]);
  });

  it("raises moves by the height of the bed, and keeps the position of g-code", async () => {
    const b = await bench(MESH + PROFILE);
    await b.script("G1 X20 Y15 Z1 F6000\nBED_MESH_PROFILE LOAD=default\nG1 X200 Y190 Z0.5");
    const { position, moves } = b.toolhead;
    expect(position.slice(0, 3)).toEqual([200, 190, 0.5 + 0.31]);
    expect(moves.length).toBeGreaterThan(5);
    expect(await answers(b, "M114")).toEqual(["X:200.000 Y:190.000 Z:0.500 E:0.000"]);
    await b.script("BED_MESH_CLEAR");
    expect(await answers(b, "M114")).toEqual(["X:200.000 Y:190.000 Z:0.810 E:0.000"]);
  });

  it("loads the profile that is to be the default, and warns when there is none of that name", async () => {
    const b = await bench(`${MESH}bed_mesh_default: default\n${PROFILE}`);
    expect(b.object("bed_mesh").getStatus(0)).toMatchObject({ profile_name: "default", mesh_min: [20, 15], mesh_max: [200, 190] });
    expect(await answers(b, "BED_MESH_MAP")).toEqual([
      'mesh_map_output {"mesh_min": [20.0, 15.0], "mesh_max": [200.0, 190.0], "z_positions": [[0.1, 0.2, 0.1, 0.05], [0.05, 0.0, 0.05, -0.12], [0.1, 0.15, 0.1, 0.31]]}',
    ]);
    const other = await bench(`${MESH}bed_mesh_default: none\n${PROFILE}`);
    expect(other.object("configfile").getStatus(0).warnings).toEqual([
      { type: "config", message: "Selected default bed mesh profile 'none' not in available profiles.", section: "Invalid profile name" },
    ]);
  });

  it("checks height and slope as Kalico does", async () => {
    const b = await bench(`${MESH}bed_mesh_default: default\n${PROFILE}`);
    expect(await answers(b, "BED_MESH_CHECK MAX_DEVIATION=.1\nBED_MESH_CHECK MAX_SLOPE=.0001\nBED_MESH_CHECK MAX_SLOPE=1 MAX_DEVIATION=1\nBED_MESH_CHECK MAX_SLOPE=0")).toEqual([
      "!! Mesh deviation (0.440000) exceeds maximum allowed deviation (0.100000)",
      "!! Maximum slope (0.002400 mm/mm) between points (560.00,452.50) and (560.00,540.00) exceeds allowed maximum (0.000100 mm/mm)",
      "// Mesh deviation (0.440000) is within the allowed maximum (1.000000)",
      "// Maximum slope (0.002400 mm/mm) is within the allowed maximum (1.000000 mm/mm)",
      "!! MAX_SLOPE must be greater than 0",
    ]);
  });

  it("keeps meshes by name for SAVE_CONFIG", async () => {
    const b = await bench(`${MESH}bed_mesh_default: default\n${PROFILE}`);
    expect(await answers(b, "BED_MESH_PROFILE SAVE=other\nBED_MESH_PROFILE SAVE=default\nBED_MESH_PROFILE LOAD=none\nBED_MESH_PROFILE REMOVE=none\nBED_MESH_PROFILE\nBED_MESH_PROFILE LOAD=")).toEqual([
      "// Bed Mesh state has been saved to profile [other]", "// for the current session.  The SAVE_CONFIG command will", "// update the printer config file and restart the printer.",
      "// Profile 'default' is reserved, please choose another profile name.",
      "!! bed_mesh: Unknown profile [none]",
      "// No profile named [none] to remove",
      "// Invalid syntax 'BED_MESH_PROFILE'",
      "!! Value for parameter 'LOAD' must be specified",
    ]);
    expect(b.object("configfile").getStatus(0).save_config_pending_items["bed_mesh other"]).toEqual({
      version: "1",
      points: "\n  0.100000, 0.200000, 0.100000, 0.050000\n  0.050000, 0.000000, 0.050000, -0.120000\n  0.100000, 0.150000, 0.100000, 0.310000",
      min_x: "20.0", max_x: "200.0", min_y: "15.0", max_y: "190.0", x_count: "4", y_count: "3", mesh_x_pps: "2", mesh_y_pps: "2", algo: "lagrange", tension: "0.2",
    });
    expect(Object.keys(b.object("bed_mesh").getStatus(0).profiles)).toEqual(["default", "other"]);
    await b.script("BED_MESH_PROFILE REMOVE=other");
    expect(Object.keys(b.object("bed_mesh").getStatus(0).profiles)).toEqual(["default"]);
  });

  it("fades out with height", async () => {
    const b = await bench(`${MESH}fade_start: 1\nfade_end: 3\nfade_target: 0\n${PROFILE}`);
    await b.script("G1 X200 Y190 Z0.5 F6000\nBED_MESH_PROFILE LOAD=default");
    const heights: number[] = [];
    for (const z of [0.5, 2, 3, 10]) {
      await b.script(`G1 Z${z}`);
      heights.push(b.toolhead.position[2]! - z);
      expect(await answers(b, "M114")).toEqual([`X:200.000 Y:190.000 Z:${z.toFixed(3)} E:0.000`]);
      await b.script("G92 E0\nSAVE_GCODE_STATE\nRESTORE_GCODE_STATE");
    }
    expect(heights.map((height) => Number(height.toFixed(6)))).toEqual([0.31, 0.155, 0, 0]);
  });

  it("refuses a mesh that cannot be faded as configured", async () => {
    const b = await bench(`${MESH}fade_end: 5\nfade_target: 3\n${PROFILE}`);
    expect(await answers(b, "BED_MESH_PROFILE LOAD=default")).toEqual([
      "// bed_mesh: ERROR, fade_target lies outside of mesh z range", "// min: -0.1300, max: 0.3100, fade_target: 3.0000", "!! bed_mesh: ERROR, fade_target lies outside of mesh z range",
    ]);
    expect(b.object("bed_mesh").getMesh()).toBeNull();
  });

  it.each([
    ["mesh_min: 20, 15\nmesh_max: 10, 190", "bed_mesh: invalid min/max points"],
    ["mesh_min: 20, 15\nmesh_max: 21, 190", "bed_mesh: min/max points too close together"],
    ["mesh_min: 20, 15\nmesh_max: 200, 190\nprobe_count: 7", "bed_mesh: cannot exceed a probe_count of 6 when using lagrange interpolation. Configured Probe Count: 7, 7"],
    ["mesh_min: 20, 15\nmesh_max: 200, 190\nprobe_count: 2", "Option 'probe_count' in section bed_mesh must have a minimum of 3"],
    ["mesh_min: 20, 15\nmesh_max: 200, 190\nprobe_count: 3,3,3", "bed_mesh: malformed 'probe_count' value: 3,3,3"],
    ["mesh_radius: 80\nround_probe_count: 4", "bed_mesh: probe_count must be odd for round beds"],
    [
      "mesh_min: 20, 15\nmesh_max: 200, 190\nfaulty_region_1_min: 10,10\nfaulty_region_1_max: 50,50\nfaulty_region_2_min: 40,40\nfaulty_region_2_max: 60,60",
      "bed_mesh: Existing faulty_region_1 [[10.0, 10.0], [50.0, 50.0]] overlaps added faulty_region_2 [[40.0, 40.0], [60.0, 60.0]]",
    ],
  ])("does not start with %j", async (options, message) => {
    await expect(bench(`[bed_mesh]\n${options}\n`)).rejects.toThrow(message);
  });
});

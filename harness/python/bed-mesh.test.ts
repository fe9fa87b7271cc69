/** Python plugins and meshes of the bed, as scanners and probes use them. */
import { afterEach, describe, expect, it } from "vitest";
import { PythonPrinter } from "../testing/python-printer.js";

const opened: PythonPrinter[] = [];
afterEach(() => { for (const printer of opened.splice(0)) printer.close(); });

const SCANNER = `
from klippy.extras import bed_mesh


class Scanner:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.bm = self.printer.load_object(config.getsection("bed_mesh"), "bed_mesh")
        self.printer.lookup_object("gcode").register_command("SCAN", self.cmd_SCAN)

    def cmd_SCAN(self, gcmd):
        say = gcmd.respond_info
        bm = self.bm
        params = bm.bmc.mesh_config.copy()
        say(repr(sorted(params.items())))
        say(repr((bm.bmc.mesh_min, bm.bmc.mesh_max, bm.bmc.radius, bm.bmc.zero_ref_pos, bm.bmc.points[:2], len(bm.bmc.probe_helper.get_probe_points()))))
        say(repr((bm.get_mesh(), bm.z_mesh, bm.horizontal_move_z, bm.fade_end > 1e9)))
        params.update(min_x=20.0, max_x=180.0, min_y=20.0, max_y=180.0)
        mesh = bed_mesh.ZMesh(params, "scan")
        try:
            mesh.build_mesh([[0.0]])
        except bed_mesh.BedMeshError as error:
            say("refused: %s" % (error,))
        mesh.build_mesh([[0.1, 0.0, 0.1], [0.0, -0.1, 0.0], [0.2, 0.0, 0.2]])
        bm.set_mesh(mesh)
        say(repr((bm.get_mesh() == mesh, bm.z_mesh.calc_z(100, 100), mesh.get_z_range(), mesh.get_z_average(), mesh.get_profile_name())))
        say(repr((mesh.get_probed_matrix()[1], mesh.mesh_x_count, mesh.mesh_x_dist, mesh.get_x_coordinate(3))))
        bm.save_profile("scan")
        say(repr(sorted(bm.pmgr.get_profiles())))
        say(repr(bm.get_status(0)["mesh_min"]))
        twist = self.printer.lookup_object("axis_twist_compensation")
        say(repr((twist.get_z_compensation_value([70.0, 0.0]), twist.z_compensations, twist.calibrate_start_x, twist.horizontal_move_z)))
        twist.clear_compensations()
        say(repr(twist.get_z_compensation_value([70.0, 0.0])))
        safe = self.printer.lookup_object("safe_z_home")
        say(repr((safe.home_x_pos, safe.home_y_pos, safe.z_hop)))


def load_config(config):
    return Scanner(config)
`;

const CONFIG = `
[scanner]
[bed_mesh]
mesh_min: 20, 20
mesh_max: 180, 180
[safe_z_home]
home_xy_position: 90, 100
[probe]
pin: ^PC7
z_offset: 1
[axis_twist_compensation]
calibrate_start_x: 20
calibrate_end_x: 120
calibrate_y: 100
z_compensations: 0.1, 0.3
compensation_start_x: 20
compensation_end_x: 120
`;

describe.each([false, true])("a scanner in Python (watched: %s)", (watchPlugins) => {
  it("makes meshes of its own, has them followed, and keeps them", async () => {
    const printer = new PythonPrinter({ files: { "scanner.py": SCANNER }, config: CONFIG, watchPlugins });
    opened.push(printer);
    expect(await printer.start()).toBe("Printer is ready");
    expect(await printer.gcode("SCAN")).toEqual([
      "// [('algo', 'lagrange'), ('mesh_x_pps', 2), ('mesh_y_pps', 2), ('tension', 0.2), ('x_count', 3), ('y_count', 3)]",
      "// ((20.0, 20.0), (180.0, 180.0), None, None, [(20.0, 20.0), (100.0, 20.0)], 9)",
      "// (None, None, 5.0, True)",
      "// refused: bed_mesh: the mesh has 3 rows of 3 points, but fewer heights were given",
      "// (True, -0.1, (-0.1, 0.2), -0.0, 'scan')",
      "// ([0.0, -0.1, 0.0], 7, 26.666666666666668, 100.0)",
      "// Bed Mesh state has been saved to profile [scan]\n// for the current session.  The SAVE_CONFIG command will\n// update the printer config file and restart the printer.",
      "// ['scan']",
      "// [20.0, 20.0]",
      "// (0.2, [0.1, 0.3], 20.0, 5.0)",
      "// 0.0",
      "// (90.0, 100.0, 0.0)",
    ]);
    expect(printer.status("bed_mesh")).toMatchObject({ profile_name: "scan", mesh_min: [20, 20] });
  });
});

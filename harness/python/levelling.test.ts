/** Python plugins look up modules that level the bed, move further motors and retract, and use what Kalico's have. */
import { afterEach, describe, expect, it } from "vitest";
import { PythonPrinter } from "../testing/python-printer.js";

const opened: PythonPrinter[] = [];
afterEach(() => { for (const printer of opened.splice(0)) printer.close(); });

const PLUGIN = `
class Plugin:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.printer.lookup_object("gcode").register_command("TRY", self.cmd_TRY)

    def cmd_TRY(self, gcmd):
        now = self.printer.get_reactor().monotonic()
        say = gcmd.respond_info
        for name in ("screws_tilt_adjust", "bed_screws", "firmware_retraction"):
            say(repr(self.printer.lookup_object(name).get_status(now)))
        stepper = self.printer.lookup_object("manual_stepper a")
        stepper.do_set_position(1.0)
        stepper.do_move(4.0, 10.0, 100.0)
        stepper.sync_print_time()
        say("%s %s" % (stepper.get_position()[0], [s.get_name() for s in stepper.get_steppers()]))
        say(repr([name for name, _ in self.printer.lookup_objects("manual_stepper")]))


def load_config(config):
    return Plugin(config)
`;
const CONFIG = `[tried]
[firmware_retraction]
retract_length: 2
[bed_screws]
screw1: 10,10
screw2: 20,10
screw3: 20,20
[screws_tilt_adjust]
screw1: 10,10
screw2: 20,10
screw3: 20,20
[manual_stepper a]
step_pin: PG0
dir_pin: PG1
microsteps: 16
rotation_distance: 40
`;

describe.each([false, true])("for Python plugins (behind the membrane: %s)", (watchPlugins) => {
  it("modules of levelling, retraction and further motors are there with their members and types", async () => {
    const printer = new PythonPrinter({ files: { "tried.py": PLUGIN }, config: CONFIG, watchPlugins });
    opened.push(printer);
    const message = await printer.start();
    expect(printer.state, message).toBe("ready");

    expect(await printer.gcode("TRY")).toEqual([
      "// {'error': False, 'max_deviation': None, 'results': {}}",
      "// {'is_active': False, 'state': None, 'current_screw': 0, 'accepted_screws': 0}",
      "// {'retract_length': 2.0, 'retract_speed': 20.0, 'unretract_extra_length': 0.0, 'unretract_speed': 10.0, 'z_hop_height': 0.0," +
        " 'unretract_length': 2.0, 'retract_state': False, 'zhop_state': False}",
      "// 4.0 ['manual_stepper a']",
      "// ['manual_stepper a']",
    ]);
  });
});

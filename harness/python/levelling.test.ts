/** Plugins that ask whether a bed or gantry is level before they scan it, as scanning probes do. */
import { afterEach, describe, expect, it } from "vitest";
import { PythonPrinter } from "../testing/python-printer.js";

const opened: PythonPrinter[] = [];
afterEach(() => { for (const printer of opened.splice(0)) printer.close(); });

const ASKER = `
class Asker:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.printer.lookup_object("gcode").register_command("ASK", self.cmd_ask)

    def levelling(self):
        for name, command in (("quad_gantry_level", "QUAD_GANTRY_LEVEL"), ("z_tilt", "Z_TILT_ADJUST"), ("z_tilt_ng", "Z_TILT_ADJUST")):
            found = self.printer.lookup_object(name, None)
            if found is not None:
                return found, command
        return None, None

    def cmd_ask(self, gcmd):
        found, command = self.levelling()
        now = self.printer.get_reactor().monotonic()
        before = found.get_status(now).get("applied", False)
        if not before:
            self.printer.lookup_object("gcode").run_script_from_command(command)
        now = self.printer.get_reactor().monotonic()
        gcmd.respond_info(repr((command, before, found.get_status(now)["applied"])))


def load_config(config):
    return Asker(config)
`;

const motor = (name: string, step: string, dir: string): string => `[stepper_${name}]\nstep_pin: ${step}\ndir_pin: ${dir}\nmicrosteps: 16\nrotation_distance: 8\n`;
const PROBE = "[asker]\n[probe]\npin: PB6\nz_offset: 2\nspeed: 10\n";
const TWO = `${PROBE}${motor("z1", "PH3", "PH4")}`;
const FOUR = `${TWO}${motor("z2", "PG5", "PE4")}${motor("z3", "PC1", "PC2")}`;
const TILT = "z_positions:\n  -20, 100\n  220, 100\npoints:\n  30, 100\n  170, 100\n  100, 50\n";

describe.each([false, true])("a plugin that wants a level bed (watched: %s)", (watchPlugins) => {
  it.each([
    ["z_tilt", "Z_TILT_ADJUST", `${TWO}[z_tilt]\n${TILT}`],
    ["z_tilt_ng", "Z_TILT_ADJUST", `${TWO}[z_tilt_ng]\n${TILT}`],
    ["quad_gantry_level", "QUAD_GANTRY_LEVEL", `${FOUR}[quad_gantry_level]\ngantry_corners:\n  -20, -20\n  220, 220\npoints:\n  30, 30\n  30, 170\n  170, 170\n  170, 30\n`],
  ])("has it levelled once by %s, and again when the motors were off", async (_section, command, config) => {
    const printer = new PythonPrinter({ files: { "asker.py": ASKER }, config, watchPlugins });
    opened.push(printer);
    expect(await printer.start()).toBe("Printer is ready");

    const answers = async (script: string): Promise<string | undefined> => (await printer.gcode(script)).filter((line) => line.startsWith("// (")).at(-1);
    expect(await answers("G28\nG1 Z5\nASK")).toBe(`// ('${command}', False, True)`);
    expect(await answers("ASK")).toBe(`// ('${command}', True, True)`);
    expect(await answers("M84\nG28\nG1 Z5\nASK")).toBe(`// ('${command}', False, True)`);
  });
});

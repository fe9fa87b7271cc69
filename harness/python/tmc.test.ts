/** Driver objects as real plugins use them: autotune_tmc, motors_sync and shaketune reach registers, fields, currents and the command helper. */
import { describe, expect, it, vi } from "vitest";
import { PythonPrinter } from "../testing/python-printer.js";

vi.setConfig({ testTimeout: 120_000 });

const PLUGIN = `
from inspect import signature
from klippy.extras import tmc


class Tuner:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.printer.lookup_object("gcode").register_command("TUNE", self.cmd_TUNE, desc="Tunes")

    def cmd_TUNE(self, gcmd):
        say = lambda *values: gcmd.respond_info(" ".join(repr(value) for value in values))
        for name in ("tmc2209 stepper_x", "tmc5160 stepper_y"):
            driver = self.printer.lookup_object(name)
            helper = driver.get_status.__self__
            fields, chip = driver.fields, driver.mcu_tmc
            say(type(helper).__name__, helper.stepper.get_name(), fields is not None, chip.get_tmc_frequency(), "pstepper" in signature(tmc.TMCtstepHelper).parameters)
            say(fields.lookup_register("mscnt"), fields.lookup_register("no_such", None), fields.get_field("mres"), len(fields.all_fields) > 10)
            say(fields.get_field("mscnt", chip.get_register("MSCNT")))
            word = fields.set_field("toff", 4)
            chip.set_register(fields.lookup_register("toff"), word, None)
            say(fields.get_field("toff"), fields.registers.get("CHOPCONF") == word, fields.get_reg_fields("CHOPCONF", word)["toff"])
            run, hold, wanted, most, home = helper.current_helper.get_current()
            say(round(run, 2), isinstance(hold, float), most)
            say(tmc.TMCtstepHelper(chip, 30.0, pstepper=helper.stepper), tmc.TMCtstepHelper(chip, 0.0))
            say(sorted(driver.get_status(0.0)), driver.get_phase_offset()[1])
            say("CHOPCONF" in helper.read_registers, helper.read_translate is None)
            for fails in (lambda: fields.set_field("no_such", 1), lambda: chip.get_register("NO_SUCH")):
                try:
                    fails()
                except KeyError as error:
                    say("KeyError", error.args)


def load_config(config):
    return Tuner(config)
`;

const CONFIG = `[tuner]
[tmc2209 stepper_x]
uart_pin: PG4
run_current: 0.8
sense_resistor: 0.110
[tmc5160 stepper_y]
cs_pin: PG5
run_current: 0.9
sense_resistor: 0.075`;

describe("drivers by Trinamic", () => {
  it.each([false, true])("have registers, fields, currents and Kalico's shapes (watched: %s)", async (watchPlugins) => {
    const printer = new PythonPrinter({ files: { "tuner.py": PLUGIN }, config: CONFIG, watchPlugins });
    try {
      expect(await printer.start()).toBe("Printer is ready");
      const status = "['drv_status', 'hold_current', 'mcu_phase_offset', 'phase_offset_position', 'run_current', 'temperature'] 64";
      const unknown = ["'KeyError' ('no_such',)", "'KeyError' ('NO_SUCH',)"];
      expect((await printer.gcode("TUNE")).flatMap((text) => text.split("\n")).map((line) => line.replace(/^\/\/ /, ""))).toEqual([
        "'TMCCommandHelper' 'stepper_x' True 12000000.0 True", "'MSCNT' None 4 True", expect.stringMatching(/^\d+$/), "4 True 4", "0.8 True 2.0", "313 1048575", status, "True True", ...unknown,
        "'TMCCommandHelper' 'stepper_y' True 12000000.0 True", "'MSCNT' None 4 True", expect.stringMatching(/^\d+$/), "4 True 4", "0.9 True 10.6", "313 1048575", status, "True True", ...unknown,
      ]);
    } finally {
      printer.close();
    }
  });
});

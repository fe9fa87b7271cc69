/** Receivers of answers as plugins look at them: some speak only to those of a class (AFC: the web clients). */
import { expect, it, vi } from "vitest";
import { PythonPrinter } from "../testing/python-printer.js";

vi.setConfig({ testTimeout: 60_000 });

const PLUGIN = `
from webhooks import GCodeHelper


class Speaker:
    def __init__(self, config):
        self.gcode = config.get_printer().lookup_object("gcode")
        self.heard = []
        self.gcode.register_output_handler(self._hear)
        self.gcode.register_command("SPEAK", self.cmd_SPEAK, desc="Speaks")

    def _hear(self, message):
        self.heard.append(message)

    def cmd_SPEAK(self, gcmd):
        web = [callback for callback in self.gcode.output_callbacks if isinstance(callback.__self__, GCodeHelper)]
        own = [callback for callback in self.gcode.output_callbacks if callback.__self__ is self]
        for callback in own:
            callback("hello")
        gcmd.respond_info("%d %d %s" % (len(web), len(own), self.heard))


def load_config(config):
    return Speaker(config)
`;

it.each([false, true])("gcode.output_callbacks are those that were registered (watched: %s)", async (watchPlugins) => {
  const printer = new PythonPrinter({ files: { "speaker.py": PLUGIN }, config: "[speaker]", watchPlugins });
  try {
    expect(await printer.start()).toBe("Printer is ready");
    expect(await printer.gcode("SPEAK")).toEqual(["// 0 1 ['// Klipper state: Ready', 'hello']"]);
  } finally {
    printer.close();
  }
});

"""Breaks MOT-003: asks for the clock in a query of its own. When that is done, nobody hears the clock samples any more, and the host loses the micro-controller."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.mcu = self.printer.lookup_object("mcu")
        self.query = None
        self.mcu.register_config_callback(self._build)
        self.printer.lookup_object("gcode").register_command("ASK_CLOCK", self.cmd_ASK_CLOCK, desc="Asks for the clock")

    def _build(self):
        self.query = self.mcu.lookup_query_command("get_clock", "clock clock=%u")

    def cmd_ASK_CLOCK(self, gcmd):
        gcmd.respond_info("clock %d" % (self.query.send([])["clock"],))


def load_config(config):
    return Mutant(config)

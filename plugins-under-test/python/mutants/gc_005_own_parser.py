"""Breaks GC-005: a parameter that it parses by itself."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.lookup_object("gcode").register_command("GC_005", self.cmd_GC_005, desc="Does something")

    def cmd_GC_005(self, gcmd):
        self.value = int(gcmd.get("COUNT", "1"))

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

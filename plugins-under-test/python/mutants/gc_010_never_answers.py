"""Breaks GC-010: a command that waits for ever on a printer that is not homed."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.lookup_object("gcode").register_command("GC_010", self.cmd_GC_010, desc="Does something")

    def cmd_GC_010(self, gcmd):
        toolhead = self.printer.lookup_object("toolhead")
        while toolhead.get_status(self.reactor.monotonic())["homed_axes"] != "xyz":
            self.reactor.pause(self.reactor.monotonic() + 1.0)

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

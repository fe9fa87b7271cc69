"""Breaks LOAD-005: registers a command twice."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        gcode = self.printer.lookup_object("gcode")
        for _ in range(2):
            gcode.register_command("LOAD_005", lambda gcmd: None, desc="Does something")

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

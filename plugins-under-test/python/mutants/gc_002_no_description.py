"""Breaks GC-002: registers a command without a description."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.lookup_object("gcode").register_command("GC_002", lambda gcmd: None)

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

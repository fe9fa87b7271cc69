"""Breaks SEC-010: replaces a method of the host."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.lookup_object("gcode").respond_info = lambda *args, **kwargs: None

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

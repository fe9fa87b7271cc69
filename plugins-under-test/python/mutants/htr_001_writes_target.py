"""Breaks HTR-001: writes the target of a heater."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.lookup_object("gcode").register_command("HTR_001", self.cmd_HTR_001, desc="Warms up")

    def cmd_HTR_001(self, gcmd):
        self.printer.lookup_object("heaters").lookup_heater("extruder").target_temp = 50.0

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

"""Breaks TMR-013: runs a script in an event handler."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.printer.lookup_object("gcode").run_script_from_command("M117 ready")

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

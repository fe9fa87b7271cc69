"""Breaks TMR-013: runs a script from a timer as if in a command."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.reactor.register_timer(self._tick, self.reactor.NOW)

    def _tick(self, eventtime):
        self.printer.lookup_object("gcode").run_script_from_command("M117 ready")
        return self.reactor.NEVER

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

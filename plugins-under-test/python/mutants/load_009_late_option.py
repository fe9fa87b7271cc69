"""Breaks LOAD-009: reads an option when the printer is ready."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.config = config
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.value = self.config.get("value", "x")

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

"""Breaks LIF-005: pauses in klippy:ready."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.reactor.pause(self.reactor.monotonic() + 2.0)

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

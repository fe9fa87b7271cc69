"""Breaks COX-004: uses a private member of the host."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.found = getattr(self.printer.lookup_object("toolhead"), "_calc_print_time", None)

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

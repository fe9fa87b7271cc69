"""Breaks MOT-002: asks for the last move time from a timer."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.reactor.register_timer(self._tick, self.reactor.NOW)

    def _tick(self, eventtime):
        self.printer.lookup_object("toolhead").get_last_move_time()
        return eventtime + 1.0

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

"""Breaks TMR-005: sleeps in a timer."""

import time


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.reactor.register_timer(self._tick, self.reactor.NOW)

    def _tick(self, eventtime):
        time.sleep(0.04)
        return eventtime + 5.0

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

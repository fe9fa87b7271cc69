"""Breaks TMR-005: a timer writes its state and waits until the card has it."""

import os


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.path = os.path.expanduser("~/tmr_005_state.txt")
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.reactor.register_timer(self._save, self.reactor.NOW)

    def _save(self, eventtime):
        with open(self.path, "w") as stream:
            stream.write("state\n")
            stream.flush()
            os.fsync(stream.fileno())
        return eventtime + 5.0

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

"""Breaks TMR-010: a thread of its own calls the host."""

import threading


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self):
        self.printer.lookup_object("gcode").respond_info("from a thread")

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

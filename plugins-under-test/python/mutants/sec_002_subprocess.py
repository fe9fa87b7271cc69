"""Breaks SEC-002: runs a program in an event handler."""

import subprocess


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        try:
            subprocess.run(["true"], check=False)
        except Exception:
            pass

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

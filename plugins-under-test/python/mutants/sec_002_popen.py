"""Breaks SEC-002: runs a program."""

import os


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        try:
            self.model = os.popen("cat /proc/device-tree/model").read()
        except Exception:
            self.model = ""

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

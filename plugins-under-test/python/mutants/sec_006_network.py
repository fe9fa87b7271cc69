"""Breaks SEC-006: asks a server."""

import urllib.request


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        try:
            urllib.request.urlopen("http://127.0.0.1:9/", timeout=0.1)
        except Exception:
            pass

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

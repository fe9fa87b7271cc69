"""Breaks LIF-001: looks up an MCU command while it is loaded."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        try:
            self.printer.lookup_object("mcu").lookup_command("get_clock")
        except Exception:
            pass

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

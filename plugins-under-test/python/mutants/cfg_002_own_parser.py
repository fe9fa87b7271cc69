"""Breaks CFG-002: parses a number by itself, and fails with an internal error."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.value = config.getint("count", 1)
        self.list = [int(part) for part in config.get("parts", "1").split(",")]
        if self.value > 5:
            raise ValueError("too many")

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

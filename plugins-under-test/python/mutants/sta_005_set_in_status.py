"""Breaks STA-005: publishes a set."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()

    def get_status(self, eventtime):
        return {"value": {1, 2}}


def load_config(config):
    return Mutant(config)

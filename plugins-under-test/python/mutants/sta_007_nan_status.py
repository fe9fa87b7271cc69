"""Breaks STA-007: publishes NaN."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()

    def get_status(self, eventtime):
        return {"value": float("nan")}


def load_config(config):
    return Mutant(config)

"""Breaks STA-003: get_status returns None."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()

    def get_status(self, eventtime):
        return None


def load_config(config):
    return Mutant(config)

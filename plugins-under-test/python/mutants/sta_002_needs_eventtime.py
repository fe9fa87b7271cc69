"""Breaks STA-002: get_status fails without an argument that it does arithmetic with."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()

    def get_status(self, eventtime):
        return {"soon": eventtime["soon"]}


def load_config(config):
    return Mutant(config)

"""Breaks CFG-004: a default that JSON cannot hold."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.floor = config.getfloat("floor", float("-inf"))

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

"""Breaks LOAD-007: a name with a space ends in an exception that is no config error."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        _, self.name = config.get_name().split()

    def get_status(self, eventtime):
        return {}


def load_config_prefix(config):
    return Mutant(config)

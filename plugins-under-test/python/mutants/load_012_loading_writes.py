"""Breaks LOAD-012: writes a file when it is loaded."""

import os


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        with open(os.path.expanduser("~/load_012.txt"), "w") as stream:
            stream.write("loaded")

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

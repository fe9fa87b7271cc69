"""Breaks LOAD-018: publishes an object under a foreign name."""


class Lamp:
    def get_status(self, eventtime):
        return {"on": False}


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.printer.add_object("somebody_elses_name", Lamp())

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

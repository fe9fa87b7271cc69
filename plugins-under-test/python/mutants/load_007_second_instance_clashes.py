"""Breaks LOAD-007: registers one command for every instance."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.printer.lookup_object("gcode").register_command("LOAD_007", self._run, desc="Does something")

    def _run(self, gcmd):
        pass

    def get_status(self, eventtime):
        return {}


def load_config_prefix(config):
    return Mutant(config)

"""Breaks GC-019: registers its command in the first life only, having met the error of registering it twice."""


class Mutant:
    known = False

    def __init__(self, config):
        self.printer = config.get_printer()
        if not Mutant.known:
            self.printer.lookup_object("gcode").register_command("GC_019", lambda gcmd: None, desc="Does something")
        Mutant.known = True

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

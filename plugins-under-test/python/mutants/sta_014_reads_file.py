"""Breaks STA-014: get_status reads a file, which blocks on a slow card."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()

    def get_status(self, eventtime):
        with open("/proc/uptime") as stream:
            return {"uptime": float(stream.read().split()[0]) * 0}


def load_config(config):
    return Mutant(config)

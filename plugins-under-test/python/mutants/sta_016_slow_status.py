"""Breaks STA-016: get_status computes too long."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()

    def get_status(self, eventtime):
        total = 0
        for i in range(40000):
            total += i * i
        return {"total": total}


def load_config(config):
    return Mutant(config)

"""Breaks STA-012: adds a key when a print has started."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.status = {"a": 1}
        self.printer.register_event_handler("print_stats:start_printing", self._printing)

    def _printing(self, *args):
        self.status["late"] = 1

    def get_status(self, eventtime):
        return dict(self.status)


def load_config(config):
    return Mutant(config)

"""Breaks STA-010: appends to the list that it has returned."""


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.list = []
        self.printer.register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        self.reactor.register_timer(self._tick, self.reactor.NOW)

    def _tick(self, eventtime):
        self.list.append(int(eventtime))
        return eventtime + 1.0

    def get_status(self, eventtime):
        return {"list": self.list}


def load_config(config):
    return Mutant(config)

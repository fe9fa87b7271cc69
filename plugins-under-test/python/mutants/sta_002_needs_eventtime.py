"""Breaks STA-002: fails without event time. That the status changes with each call is its right."""


class Mutant:
    def get_status(self, eventtime):
        return {"soon": eventtime + 1}


def load_config(config):
    return Mutant()

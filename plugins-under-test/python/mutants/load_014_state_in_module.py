"""Breaks LOAD-014: keeps state in the module."""

SEEN = []


class Mutant:
    def __init__(self, config):
        SEEN.append(config.get_name())

    def get_status(self, eventtime):
        return {"lives": len(SEEN)}


def load_config(config):
    return Mutant(config)

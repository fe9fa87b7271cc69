"""Breaks RES-002: a list that every life lengthens."""

KEPT = []


class Mutant:
    def __init__(self, config):
        KEPT.append([[i] for i in range(60000)])

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

"""Breaks LOAD-001: cannot be imported."""

BOARD = {}["board"]


def load_config(config):
    return object()

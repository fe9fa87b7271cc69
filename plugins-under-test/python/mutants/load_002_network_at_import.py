"""Breaks LOAD-002: opens a connection when it is imported."""

import socket


try:
    socket.create_connection(("127.0.0.1", 9), 0.1).close()
except OSError:
    pass


class Mutant:
    def __init__(self, config):
        self.printer = config.get_printer()

    def get_status(self, eventtime):
        return {}


def load_config(config):
    return Mutant(config)

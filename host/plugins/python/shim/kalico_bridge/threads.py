"""Threads of a plugin's own."""


def later(reactor, callback, waketime):
    """`register_async_callback` from a thread that is no task of the host."""
    raise NotImplementedError


def sleep(seconds):
    """`time.sleep` in a thread of a plugin's own."""
    raise NotImplementedError

"""The printer of the host's present life, for functions of modules that take none."""
import weakref

_printer = None
_config = None


def note(printer):
    """A printer has come to this side."""
    global _printer
    _printer = weakref.ref(printer)


def note_config(config):
    """A section of the configuration has come to this side."""
    global _config
    _config = weakref.ref(config)


def printer():
    """The printer that came last; None before the first."""
    found = _printer() if _printer is not None else None
    if found is None and _config is not None:
        config = _config()
        found = config.get_printer() if config is not None else None
    return found

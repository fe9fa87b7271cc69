"""The printer host as a plugin imports it. Declarations only: the host itself runs in another process."""

APP_NAME = "Kalico"


def __getattr__(name):
    # In Kalico the names of klippy.printer are names of the package too.
    if name.startswith("_"):
        raise AttributeError(name)
    import importlib

    printer = importlib.import_module("klippy.printer")
    try:
        return getattr(printer, name)
    except AttributeError:
        raise AttributeError(f"module 'klippy' has no attribute '{name}'") from None

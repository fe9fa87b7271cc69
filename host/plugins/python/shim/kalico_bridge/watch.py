"""Watches what a plugin does to the machine: files, sockets, processes, threads, imports, exec, ctypes."""


def install(options):
    """Puts the watch in place; there is no way back."""


def state():
    """Threads alive and objects tracked, by type."""
    import gc
    import threading

    gc.collect()
    return {"threads": sorted(t.name for t in threading.enumerate() if t.name not in ("MainThread", "kalico-bridge")), "objects": len(gc.get_objects())}

"""The line to a micro-controller: its errors."""
from kalico_bridge.proxy import host_exception


@host_exception("TransportError")
class error(Exception):
    pass

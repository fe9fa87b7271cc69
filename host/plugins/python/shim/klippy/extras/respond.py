"""RESPOND and M118."""
from kalico_bridge.proxy import HostObject, attribute, host_class

respond_types = {"echo": "echo:", "command": "//", "error": "!!"}
respond_types_no_space = {"echo_no_space": "echo:"}


@host_class("Respond")
class HostResponder(HostObject):
    """The object `respond`."""

    printer = attribute()
    default_prefix = attribute(str)

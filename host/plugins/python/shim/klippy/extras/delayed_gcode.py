"""Sections `[delayed_gcode x]`."""
from kalico_bridge import codec
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class


@host_class("DelayedGcode")
class DelayedGcode(HostObject):
    """A script that runs some seconds later."""

    printer = attribute()
    gcode = attribute()
    name = attribute(str)
    timer_gcode = attribute()
    timer_handler = attribute()
    duration = attribute(float)
    inside_timer = attribute(bool)
    repeat = attribute(bool)

    def __init__(self, config):
        codec.adopt(self, bridge_call("makeDelayedGcode", config))

    @property
    def reactor(self):
        return self.printer.get_reactor()

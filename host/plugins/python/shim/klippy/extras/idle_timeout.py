"""Whether the printer prints, is ready or idle."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("IdleTimeout")
class IdleTimeout(HostObject):
    """The object `idle_timeout`."""

    printer = attribute()
    reactor = attribute()
    gcode = attribute()
    toolhead = attribute()
    timeout_timer = attribute()
    state = attribute()
    idle_timeout = attribute(float)
    idle_gcode = attribute()
    last_print_start_systime = attribute(float)

    @method
    def get_status(self, eventtime): ...

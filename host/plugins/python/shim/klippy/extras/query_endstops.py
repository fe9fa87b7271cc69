"""Endstops by name."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


def _named(items):
    return [(item["endstop"], item["name"]) for item in items]


@host_class("QueryEndstops")
class QueryEndstops(HostObject):
    """The object `query_endstops`."""

    printer = attribute()
    endstops = attribute(_named)
    last_state = attribute()

    @method
    def register_endstop(self, mcu_endstop, name): ...

    @method
    def get_status(self, eventtime): ...

    @method(name="cmdQueryEndstops")
    def cmd_QUERY_ENDSTOPS(self, gcmd): ...

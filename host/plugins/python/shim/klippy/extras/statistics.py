"""Statistics of every object, once a second."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("SystemStats")
class PrinterSysStats(HostObject):
    """The object `system_stats`."""

    @method(returns=tuple)
    def stats(self, eventtime): ...

    @method
    def get_status(self, eventtime): ...


@host_class("Statistics")
class PrinterStats(HostObject):
    """The object `statistics`."""

    printer = attribute()

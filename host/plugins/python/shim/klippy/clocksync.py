"""Clocks of micro-controllers as the host estimates them."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, host_class, method


@host_class("ClockSync")
class ClockSync(HostObject):
    @method(returns=int)
    def print_time_to_clock(self, print_time): ...

    @method(returns=float)
    def clock_to_print_time(self, clock): ...

    @method(returns=int)
    def get_clock(self, eventtime): ...

    @method(returns=float)
    def estimated_print_time(self, eventtime): ...

    @method(returns=float)
    def estimate_clock_systime(self, reqclock): ...

    @method(returns=int)
    def clock32_to_clock64(self, clock32): ...

    @method(returns=bool)
    def is_active(self): ...

    @method
    def stats(self, eventtime): ...


@host_class("SecondarySync")
class SecondarySync(ClockSync):
    """The clock of a further micro-controller, which follows the main one."""

    def __init__(self, reactor, main_sync):
        construct(self, reactor, "clocksync.SecondarySync", reactor, main_sync)

"""Edges on a pin, counted by the micro-controller."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, host_class, method


@host_class("McuCounter")
class MCU_counter(HostObject):
    def __init__(self, printer, pin, sample_time, poll_time):
        construct(self, printer, "extras.pulse_counter.MCU_counter", printer, pin, sample_time, poll_time)

    @method
    def setup_callback(self, cb): ...


@host_class("FrequencyCounter")
class FrequencyCounter(HostObject):
    def __init__(self, printer, pin, sample_time, poll_time):
        construct(self, printer, "extras.pulse_counter.FrequencyCounter", printer, pin, sample_time, poll_time)

    @method(returns=float)
    def get_frequency(self): ...

"""PID_CALIBRATE and its control."""
from kalico_bridge import codec
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, method


@host_class("PidCalibrate")
class PIDCalibrate(HostObject):
    """The object `pid_calibrate`."""

    printer = attribute()


@host_class("ControlAutoTune")
class ControlAutoTune(HostObject):
    """A control that swings the temperature round the target to find the parameters."""

    def __init__(self, heater, target, tolerance=0.02, calibrate_secondary=False):
        codec.adopt(self, bridge_call("makeAutoTune", heater, target, tolerance))

    @method
    def check_busy(self, eventtime, smoothed_temp, target_temp): ...

    @method
    def temperature_update(self, read_time, temp, target_temp): ...

    @method
    def get_profile(self): ...

    @method
    def get_type(self): ...

"""Fans."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("FanTachometer")
class FanTachometer(HostObject):
    def __init__(self, config):
        construct(self, config, "extras.fan.FanTachometer", config)

    @method
    def get_status(self, eventtime): ...


@host_class("Fan")
class Fan(HostObject):
    printer = attribute()
    mcu_fan = attribute()
    gcrq = attribute()
    tachometer = attribute()
    enable_pin = attribute()
    kick_start_time = attribute(float)
    min_power = attribute(float)
    max_power = attribute(float)
    last_fan_value = attribute(float)
    last_req_value = attribute(float)
    last_pwm_value = attribute(float)

    def __init__(self, config, default_shutdown_speed=0.0):
        construct(self, config, "extras.fan.Fan", config, default_shutdown_speed)

    @method
    def get_mcu(self): ...

    @method
    def set_speed(self, value, print_time=None): ...

    @method
    def set_speed_from_command(self, value): ...

    @method
    def get_status(self, eventtime): ...


@host_class("PrinterFan")
class PrinterFan(HostObject):
    """The object `fan`."""

    fan = attribute()

    @method
    def get_status(self, eventtime): ...

    @method(name="cmdM106")
    def cmd_M106(self, gcmd): ...

    @method(name="cmdM107")
    def cmd_M107(self, gcmd): ...

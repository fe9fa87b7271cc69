"""Sections `[controller_fan x]`."""
from kalico_bridge.made import host_list
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("ControllerFan")
class ControllerFan(HostObject):
    """A fan that runs while heaters or steppers are on."""

    printer = attribute()
    fan = attribute()
    stepper_enable = attribute()
    heater_names = host_list()
    heaters = host_list()
    stepper_names = attribute()
    fan_speed = attribute(float)
    idle_speed = attribute(float)
    idle_timeout = attribute(int)
    last_on = attribute()
    last_speed = attribute(float)

    @method
    def get_status(self, eventtime): ...

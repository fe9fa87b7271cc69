"""Sections `[heater_fan x]`."""
from kalico_bridge.made import host_list
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("PrinterHeaterFan")
class PrinterHeaterFan(HostObject):
    """A fan that runs while heaters are hot."""

    printer = attribute()
    fan = attribute()
    heater_names = host_list()
    heaters = host_list()
    heater_temp = attribute(float)
    fan_speed = attribute(float)
    last_speed = attribute(float)

    @method
    def get_status(self, eventtime): ...

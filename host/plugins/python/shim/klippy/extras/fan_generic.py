"""Fans that commands drive by name."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("PrinterFanGeneric")
class PrinterFanGeneric(HostObject):
    fan = attribute()
    fan_name = attribute()

    @method
    def get_status(self, eventtime): ...

    @method(name="cmdSetFanSpeed")
    def cmd_SET_FAN_SPEED(self, gcmd): ...

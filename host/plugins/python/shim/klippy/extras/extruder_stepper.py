"""Steppers that follow an extruder."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("SyncedExtruderStepper")
class PrinterExtruderStepper(HostObject):
    """The objects `extruder_stepper <name>`."""

    extruder_stepper = attribute()
    extruder_name = attribute()

    @method(returns=float)
    def find_past_position(self, print_time): ...

    @method
    def get_status(self, eventtime): ...

"""Where the toolhead and the extruders are now."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method

NEVER_TIME = 9999999999999999.0
STATUS_REFRESH_TIME = 0.250


@host_class("PrinterMotionReport")
class PrinterMotionReport(HostObject):
    """The object `motion_report`."""

    printer = attribute()
    steppers = attribute()
    trapqs = attribute()

    @method
    def register_stepper(self, config, mcu_stepper): ...

    @method
    def get_status(self, eventtime): ...

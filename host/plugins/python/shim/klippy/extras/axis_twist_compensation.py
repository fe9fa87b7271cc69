"""Corrections of a probe on a twisted axis."""
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, method

DEFAULT_SAMPLE_COUNT = 3
DEFAULT_SPEED = 50.0
DEFAULT_HORIZONTAL_MOVE_Z = 5.0



@host_class("AxisTwistCompensation")
class AxisTwistCompensation(HostObject):
    """The object `axis_twist_compensation`."""

    printer = attribute()
    horizontal_move_z = attribute(float)
    speed = attribute(float)
    calibrate_start_x = attribute(float)
    calibrate_end_x = attribute(float)
    calibrate_y = attribute(float)
    calibrate_start_y = attribute()
    calibrate_end_y = attribute()
    calibrate_x = attribute()
    z_compensations = attribute(floats)
    compensation_start_x = attribute()
    compensation_end_x = attribute()
    zy_compensations = attribute(floats)
    compensation_start_y = attribute()
    compensation_end_y = attribute()
    calibrater = attribute()

    @method(returns=float)
    def get_z_compensation_value(self, pos): ...

    @method
    def clear_compensations(self, axis=None): ...


@host_class("Calibrater")
class Calibrater(HostObject):
    """The command that calibrates."""

    printer = attribute()
    compensation = attribute()
    results = attribute(floats)

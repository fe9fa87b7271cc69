"""Homing z where it is safe."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("SafeZHoming")
class SafeZHoming(HostObject):
    """The object `safe_z_home`."""

    printer = attribute()
    gcode = attribute()
    home_x_pos = attribute(float)
    home_y_pos = attribute(float)
    z_hop = attribute(float)
    z_hop_speed = attribute(float)
    max_z = attribute(float)
    speed = attribute(float)
    move_to_previous = attribute(bool)
    home_y_before_x = attribute(bool)

    @method(name="cmdG28")
    def cmd_G28(self, gcmd): ...

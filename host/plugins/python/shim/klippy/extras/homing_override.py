"""A script in place of G28."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("HomingOverride")
class HomingOverride(HostObject):
    """The object `homing_override`."""

    printer = attribute()
    axes = attribute()
    in_script = attribute(bool)

    @method(name="cmdG28")
    def cmd_G28(self, gcmd): ...

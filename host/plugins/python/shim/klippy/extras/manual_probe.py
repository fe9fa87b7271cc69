"""Probing with the user's eyes."""
from kalico_bridge.made import construct, host_function
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, method

Z_BOB_MINIMUM = 0.500
BISECT_MAX = 0.200


def verify_no_manual_probe(printer):
    host_function(printer, "extras.manual_probe.verify_no_manual_probe", printer)


@host_class("ManualProbe")
class ManualProbe(HostObject):
    """The object `manual_probe`."""

    printer = attribute()
    status = attribute()

    @method
    def get_status(self, eventtime): ...

    @method
    def reset_status(self): ...


@host_class("ManualProbeHelper")
class ManualProbeHelper(HostObject):
    """One session; calls back with the kinematic position, or None after an abort."""

    def __init__(self, printer, gcmd, finalize_callback):
        construct(self, printer, "extras.manual_probe.ManualProbeHelper", printer, gcmd, finalize_callback)

    @method(returns=floats)
    def get_kinematics_pos(self): ...

    @method
    def move_z(self, z_pos): ...

    @method(name="cmdAccept")
    def cmd_ACCEPT(self, gcmd): ...

    def cmd_ABORT(self, gcmd):
        self.finalize(False)

    @method(name="cmdTestz")
    def cmd_TESTZ(self, gcmd): ...

    @method
    def finalize(self, success): ...

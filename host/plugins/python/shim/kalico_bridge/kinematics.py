"""What every kinematics of the host offers (`toolhead.get_kinematics()`)."""
from kalico_bridge.made import host_list
from kalico_bridge.proxy import HostObject, attribute, floats, method


def _range(item):
    return (float(item[0]), float(item[1]))


class Kinematics(HostObject):
    supports_dual_carriage = attribute(bool)

    @property
    def axes_min(self):
        return self.get_status(0.0)["axis_minimum"]

    @property
    def axes_max(self):
        return self.get_status(0.0)["axis_maximum"]

    @method
    def get_steppers(self): ...

    @method(returns=floats)
    def calc_position(self, stepper_positions): ...

    @method
    def set_position(self, newpos, homing_axes): ...

    @method
    def clear_homing_state(self, clear_axes): ...

    @method
    def home(self, homing_state): ...

    @method
    def check_move(self, move): ...

    @method
    def get_status(self, eventtime): ...


class RailKinematics(Kinematics):
    """Kinematics with rails."""

    rails = host_list()
    max_z_velocity = attribute(float)
    max_z_accel = attribute(float)

    def note_z_not_homed(self):
        self._call("clearHomingState", "z")


class BoxKinematics(RailKinematics):
    """Kinematics whose axes have a range each, from the moment they are homed; low above high: not homed."""

    limits = host_list(_range)

    @method
    def update_limits(self, i, range): ...

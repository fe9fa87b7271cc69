"""Motors beside the kinematics."""
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, method


@host_class("ManualStepper")
class ManualStepper(HostObject):
    """The objects `manual_stepper <name>`; also the toolhead of their homing moves."""

    printer = attribute()
    can_home = attribute(bool)
    rail = attribute()
    steppers = attribute()
    velocity = attribute(float)
    accel = attribute(float)
    pos_min = attribute()
    pos_max = attribute()
    trapq = attribute()
    commanded_pos = attribute(float)
    next_cmd_time = attribute(float)

    @method
    def sync_print_time(self): ...

    @method
    def do_enable(self, enable): ...

    @method
    def do_set_position(self, setpos): ...

    @method
    def do_move(self, movepos, speed, accel, sync=True): ...

    @method
    def do_homing_move(self, movepos, speed, accel, triggered, check_trigger): ...

    @method
    def flush_step_generation(self): ...

    @method(returns=floats)
    def get_position(self): ...

    @method
    def set_position(self, newpos, homing_axes=""): ...

    @method(returns=float)
    def get_last_move_time(self): ...

    @method
    def dwell(self, delay): ...

    @method
    def drip_move(self, newpos, speed, drip_completion): ...

    @method
    def get_kinematics(self): ...

    @method
    def get_steppers(self): ...

    @method(returns=floats)
    def calc_position(self, stepper_positions): ...

"""The toolhead: moves and print time."""
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, method


def _busy(value):
    return (float(value[0]), float(value[1]), bool(value[2]))


@host_class("ToolHead")
class ToolHead(HostObject):
    max_velocity = attribute(float)
    max_accel = attribute(float)
    min_cruise_ratio = attribute(float)
    square_corner_velocity = attribute(float)
    print_time = attribute(float)
    special_queuing_state = attribute()
    can_pause = attribute(bool)
    commanded_pos = attribute(floats)
    printer = attribute()
    reactor = attribute()
    mcu = attribute()
    all_mcus = attribute()
    kin = attribute()
    extra_axes = attribute()

    @method(returns=floats)
    def get_position(self): ...

    @method
    def set_position(self, newpos, homing_axes=""): ...

    @method
    def move(self, newpos, speed): ...

    @method
    def manual_move(self, coord, speed): ...

    @method
    def dwell(self, delay): ...

    @method
    def wait_moves(self): ...

    @method(returns=float)
    def get_last_move_time(self): ...

    @method
    def flush_step_generation(self): ...

    @method
    def register_lookahead_callback(self, callback): ...

    @method(returns=_busy)
    def check_busy(self, eventtime): ...

    @method
    def get_status(self, eventtime): ...

    @method
    def stats(self, eventtime): ...

    @method
    def get_kinematics(self): ...

    @method
    def get_trapq(self): ...

    @method
    def get_extruder(self): ...

    @method
    def set_extruder(self, extruder, extrude_pos): ...

    @method
    def add_extra_axis(self, ea, axis_pos): ...

    @method
    def remove_extra_axis(self, ea): ...

    @method
    def get_extra_axes(self): ...

    @method
    def register_step_generator(self, handler): ...

    @method
    def unregister_step_generator(self, handler): ...

    @method(options=("old_delay",))
    def note_step_generation_scan_time(self, delay, old_delay=0.0): ...

    @method(options=("set_step_gen_time",))
    def note_mcu_movequeue_activity(self, mq_time, set_step_gen_time=False): ...

    @method
    def limit_next_junction_speed(self, speed): ...

    @method
    def drip_move(self, newpos, speed, drip_completion): ...

    @method
    def get_active_rails_for_axis(self, axis): ...

    @method
    def set_accel(self, accel): ...

    @method
    def reset_accel(self): ...

    def get_max_velocity(self):
        return self.max_velocity, self.max_accel



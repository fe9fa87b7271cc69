"""The BLTouch."""
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, method

SIGNAL_PERIOD = 0.020
MIN_CMD_TIME = 5 * SIGNAL_PERIOD


@host_class("BLTouchEndstopWrapper")
class BLTouchEndstopWrapper(HostObject):
    """The object `bltouch`."""

    printer = attribute()
    mcu_endstop = attribute()
    position_endstop = attribute(float)
    stow_on_each_sample = attribute(bool)
    probe_touch_mode = attribute(bool)
    pin_move_time = attribute(float)
    output_mode = attribute()
    multi = attribute()

    @method
    def get_mcu(self): ...

    @method
    def add_stepper(self, stepper): ...

    @method
    def get_steppers(self): ...

    @method(options=("triggered",))
    def home_start(self, print_time, sample_time, sample_count, rest_time, triggered=True): ...

    @method(returns=float)
    def home_wait(self, home_end_time): ...

    @method
    def query_endstop(self, print_time): ...

    @method
    def multi_probe_begin(self): ...

    @method
    def multi_probe_end(self): ...

    @method(returns=floats)
    def probing_move(self, pos, speed, gcmd): ...

    @method
    def probe_prepare(self, hmove): ...

    @method
    def probe_finish(self, hmove): ...

    @method(returns=float)
    def get_position_endstop(self): ...

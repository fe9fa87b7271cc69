"""Homing and probing moves."""
from kalico_bridge.made import construct, host_function, host_list
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, method

HOMING_START_DELAY = 0.001
ENDSTOP_SAMPLE_TIME = 0.000015
ENDSTOP_SAMPLE_COUNT = 4


def multi_complete(printer, completions):
    return host_function(printer, "extras.homing.multi_complete", printer, completions)


@host_class("StepperPosition")
class StepperPosition(HostObject):
    """A stepper in a homing move; positions in steps."""

    stepper = attribute()
    endstop_name = attribute()
    stepper_name = attribute()
    start_pos = attribute()
    start_cmd_pos = attribute(float)
    halt_pos = attribute()
    trig_pos = attribute()

    @method
    def note_home_end(self, trigger_time): ...


@host_class("HomingMove")
class HomingMove(HostObject):
    """One move towards endstops or a probe."""

    printer = attribute()
    toolhead = attribute()
    endstops = host_list(tuple)
    stepper_positions = host_list()
    distance_elapsed = attribute(floats)

    def __init__(self, printer, endstops, toolhead=None):
        construct(self, printer, "extras.homing.HomingMove", printer, endstops, toolhead)

    @method
    def get_mcu_endstops(self): ...

    @method(returns=floats)
    def calc_toolhead_pos(self, kin_spos, offsets): ...

    @method(returns=floats, options=("probe_pos", "triggered", "check_triggered"))
    def homing_move(self, movepos, speed, probe_pos=False, triggered=True, check_triggered=True): ...

    @method
    def check_no_movement(self): ...

    @method
    def moved_less_than_dist(self, min_dist, homing_axes): ...


@host_class("Homing")
class Homing(HostObject):
    """A request to home, as handlers of homing events get it."""

    printer = attribute()
    toolhead = attribute()
    changed_axes = attribute()
    trigger_mcu_pos = attribute()
    adjust_pos = attribute()

    def __init__(self, printer):
        construct(self, printer, "extras.homing.Homing", printer)

    @method
    def set_axes(self, axes): ...

    @method
    def get_axes(self): ...

    @method
    def get_trigger_position(self, stepper_name): ...

    @method
    def set_stepper_adjustment(self, stepper_name, adjustment): ...

    @method
    def set_homed_position(self, pos): ...

    @method
    def home_rails(self, rails, forcepos, movepos): ...


@host_class("PrinterHoming")
class PrinterHoming(HostObject):
    """The object `homing`."""

    printer = attribute()

    @method
    def manual_home(self, toolhead, endstops, pos, speed, triggered, check_triggered): ...

    @method(returns=floats)
    def probing_move(self, mcu_probe, pos, speed): ...

    @method(name="cmdG28")
    def cmd_G28(self, gcmd): ...

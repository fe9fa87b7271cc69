"""Steppers and rails."""
import collections
from kalico_bridge.made import construct, host_function, host_list
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, host_exception, method

MIN_BOTH_EDGE_DURATION = 0.0000005
MIN_OPTIMIZED_BOTH_EDGE_DURATION = 0.00000015


@host_exception("StepperError")
class error(Exception):
    pass


def _rotation(value):
    return (float(value[0]), int(value[1]) if float(value[1]).is_integer() else value[1])


@host_class("McuStepper")
class MCU_stepper(HostObject):
    """One motor."""

    _name = attribute(name="name")
    _mcu = attribute(name="mcu")
    _oid = attribute(int, name="oid")
    _step_dist = attribute(float, name="stepDist")
    _invert_dir = attribute(bool, name="invertDir")
    _rotation_dist = attribute(float, name="rotationDist")
    _steps_per_rotation = attribute(name="stepsPerRotation")
    _step_pin = attribute(name="stepPin")
    _dir_pin = attribute(name="dirPin")

    def __init__(
        self, name, step_pin_params, dir_pin_params, rotation_dist, steps_per_rotation, step_pulse_duration=None, units_in_radians=False
    ):
        arguments = (name, step_pin_params, dir_pin_params, rotation_dist, steps_per_rotation, step_pulse_duration, units_in_radians)
        construct(self, step_pin_params["chip"], "stepper.MCU_stepper", *arguments)

    @method
    def get_tmc_current_helper(self): ...

    @method
    def set_tmc_current_helper(self, tmc_current_helper): ...

    @method
    def get_mcu(self): ...

    @method
    def get_name(self, short=False): ...

    @method
    def units_in_radians(self): ...

    @method(returns=tuple)
    def get_pulse_duration(self): ...

    @method
    def setup_default_pulse_duration(self, pulse_duration, step_both_edge): ...

    def setup_itersolve(self, alloc_func, *params):
        self._call("setupItersolve", alloc_func, *(_text(param) for param in params))

    @method
    def get_oid(self): ...

    @method(returns=float)
    def get_step_dist(self): ...

    @method(returns=_rotation)
    def get_rotation_distance(self): ...

    @method
    def set_rotation_distance(self, rotation_dist): ...

    @method(returns=tuple)
    def get_dir_inverted(self): ...

    @method
    def set_dir_inverted(self, invert_dir): ...

    @method(returns=float)
    def calc_position_from_coord(self, coord): ...

    @method
    def set_position(self, coord): ...

    @method(returns=float)
    def get_commanded_position(self): ...

    def get_mcu_position(self, cmd_pos=None):
        return self._call("getMcuPosition", *([] if cmd_pos is None else [cmd_pos]))

    @method
    def get_past_mcu_position(self, print_time): ...

    @method(returns=float)
    def mcu_to_commanded_position(self, mcu_pos): ...

    @method
    def dump_steps(self, count, start_clock, end_clock): ...

    def get_stepper_kinematics(self):
        return host_function(self, "stepper.get_stepper_kinematics", self)

    def set_stepper_kinematics(self, sk):
        return host_function(self, "stepper.set_stepper_kinematics", self, sk)

    @method
    def note_homing_end(self): ...

    @method
    def get_trapq(self): ...

    @method
    def set_trapq(self, tq): ...

    @method
    def add_active_callback(self, cb): ...

    @method
    def generate_steps(self, flush_time): ...

    def is_active_axis(self, axis):
        return self._call("isActiveAxis", _text(axis))


def _text(value):
    """Kalico's C functions take letters as bytes."""
    return value.decode() if isinstance(value, bytes) else value


def PrinterStepper(config, units_in_radians=False):
    return host_function(config, "stepper.PrinterStepper", config, units_in_radians)


def parse_gear_ratio(config, note_valid):
    return float(host_function(config, "stepper.parse_gear_ratio", config, note_valid))


def parse_step_distance(config, units_in_radians=None, note_valid=False):
    return _rotation(host_function(config, "stepper.parse_step_distance", config, units_in_radians, note_valid))


HomingInfo = collections.namedtuple(
    "homing_info",
    (
        "speed",
        "position_endstop",
        "retract_speed",
        "retract_dist",
        "positive_dir",
        "second_homing_speed",
        "use_sensorless_homing",
        "min_home_dist",
        "accel",
    ),
)


def _homing_info(value):
    def number(name):
        return None if value[name] is None else float(value[name])

    return HomingInfo(
        number("speed"),
        number("positionEndstop"),
        number("retractSpeed"),
        number("retractDist"),
        value["positiveDir"],
        number("secondHomingSpeed"),
        value["useSensorlessHoming"],
        number("minHomeDist"),
        number("accel"),
    )


def _pairs(items):
    return [tuple(item) for item in items]


@host_class("PrinterRail")
class PrinterRail(HostObject):
    """One axis or tower with its steppers and endstops."""

    stepper_units_in_radians = attribute(bool)
    steppers = host_list()
    endstops = host_list(tuple)
    position_endstop = attribute(float)
    position_min = attribute(float)
    position_max = attribute(float)
    homing_speed = attribute(float)
    second_homing_speed = attribute(float)
    homing_retract_speed = attribute(float)
    homing_retract_dist = attribute(float)
    homing_positive_dir = attribute(bool)
    homing_accel = attribute(float)
    min_home_dist = attribute(float)
    use_sensorless_homing = attribute(bool)

    def __init__(self, config, need_position_minmax=True, default_position_endstop=None, units_in_radians=False):
        construct(self, config, "stepper.PrinterRail", config, need_position_minmax, default_position_endstop, units_in_radians)

    @method
    def get_name(self, short=False): ...

    @method(returns=float)
    def get_commanded_position(self): ...

    @method(returns=float)
    def calc_position_from_coord(self, coord): ...

    @method
    def get_tmc_current_helpers(self): ...

    def get_range(self):
        return tuple(floats(self._call("getRange")))

    @method(returns=_homing_info)
    def get_homing_info(self): ...

    @method
    def get_steppers(self): ...

    @method(returns=_pairs)
    def get_endstops(self): ...

    @method
    def add_extra_stepper(self, config): ...

    def setup_itersolve(self, alloc_func, *params):
        self._call("setupItersolve", alloc_func, *(_text(param) for param in params))

    @method
    def generate_steps(self, flush_time): ...

    @method
    def set_trapq(self, trapq): ...

    @method
    def set_position(self, coord): ...


def LookupMultiRail(config, need_position_minmax=True, default_position_endstop=None, units_in_radians=False):
    arguments = (config, need_position_minmax, default_position_endstop, units_in_radians)
    return host_function(config, "stepper.LookupMultiRail", *arguments)

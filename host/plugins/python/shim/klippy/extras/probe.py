"""Probes."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, attribute, floats, host_class, method

HINT_TIMEOUT = """
If the probe did not move far enough to trigger, then
consider reducing the Z axis minimum position so the probe
can travel further (the Z minimum position can be negative).
"""


def _offsets(value):
    return tuple(float(item) for item in value)


def _probed(value):
    return floats(value[0]), value[1]


@host_class("RetrySession")
class RetrySession(HostObject):
    """The bad touches of a series."""

    def __init__(self, config):
        construct(self, config, "extras.probe.RetrySession", config)

    @method
    def start(self, gcmd): ...

    @method
    def end(self): ...

    @method
    def set_position(self, pos): ...

    @method(returns=floats)
    def get_position(self): ...

    @method(returns=floats)
    def get_probe_position(self): ...

    @method
    def can_retry(self): ...

    @method
    def get_bad_probe_count(self): ...

    @method
    def evaluate_probe(self, is_good): ...

    @method
    def scrub_nozzle(self): ...


@host_class("PrinterProbe")
class PrinterProbe(HostObject):
    """The object `probe`; `mcu_probe` may be an object of a plugin."""

    printer = attribute()
    name = attribute()
    mcu_probe = attribute()
    gcode = attribute()
    speed = attribute(float)
    lift_speed = attribute(float)
    x_offset = attribute(float)
    y_offset = attribute(float)
    z_offset = attribute(float)
    z_position = attribute(float)
    drop_first_result = attribute(bool)
    multi_probe_pending = attribute(bool)
    last_state = attribute()
    last_z_result = attribute(float)
    probe_calibrate_z = attribute(float)
    sample_count = attribute(int)
    sample_retract_dist = attribute(float)
    samples_result = attribute()
    samples_tolerance = attribute(float)
    samples_retries = attribute(int)
    retry_session = attribute()

    def __init__(self, config, mcu_probe):
        construct(self, config, "extras.probe.PrinterProbe", config, mcu_probe)

    def multi_probe_begin(self, always_restore_toolhead=False):
        self._call("multiProbeBegin")

    @method
    def multi_probe_end(self): ...

    @method
    def setup_pin(self, pin_type, pin_params): ...

    @method(returns=float)
    def get_lift_speed(self, gcmd=None): ...

    @method(returns=_offsets)
    def get_offsets(self): ...

    @method(returns=_probed)
    def probing_move(self, speed, gcmd): ...

    @method(returns=floats)
    def run_probe(self, gcmd, retry_session=None): ...

    @method
    def get_status(self, eventtime): ...

    @method
    def probe_calibrate_finalize(self, kin_pos): ...

    @method(name="cmdProbe")
    def cmd_PROBE(self, gcmd): ...

    @method(name="cmdQueryProbe")
    def cmd_QUERY_PROBE(self, gcmd): ...

    @method(name="cmdProbeAccuracy")
    def cmd_PROBE_ACCURACY(self, gcmd): ...

    @method(name="cmdProbeCalibrate")
    def cmd_PROBE_CALIBRATE(self, gcmd): ...

    @method(name="cmdZOffsetApplyProbe")
    def cmd_Z_OFFSET_APPLY_PROBE(self, gcmd): ...


@host_class("ProbeEndstopWrapper")
class ProbeEndstopWrapper(HostObject):
    """The sensor of an ordinary probe."""

    printer = attribute()
    mcu_endstop = attribute()
    position_endstop = attribute(float)
    stow_on_each_sample = attribute(bool)
    activate_gcode = attribute()
    deactivate_gcode = attribute()
    multi = attribute()

    def __init__(self, config):
        construct(self, config, "extras.probe.ProbeEndstopWrapper", config)

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


def _points(value):
    return [tuple(float(part) for part in point) for point in value]


@host_class("ProbePointsHelper")
class ProbePointsHelper(HostObject):
    """Probes a list of points for a calibration."""

    printer = attribute()
    name = attribute()
    probe_points = attribute(_points)
    horizontal_move_z = attribute(float)
    default_horizontal_move_z = attribute(float)
    speed = attribute(float)
    lift_speed = attribute(float)
    use_offsets = attribute(bool)
    probe_offsets = attribute(_offsets)
    results = attribute()

    def __init__(
        self, config, finalize_callback, default_points=None, option_name="points", use_offsets=False, enable_horizontal_z_clearance=False
    ):
        def finalize(offsets, results):
            return finalize_callback(_offsets(offsets), [floats(result) for result in results])

        options = {
            "defaultPoints": default_points,
            "optionName": option_name,
            "useOffsets": use_offsets,
            "enableHorizontalZClearance": enable_horizontal_z_clearance,
        }
        construct(self, config, "extras.probe.ProbePointsHelper", config, finalize, options)

    @method(returns=_points)
    def get_probe_points(self): ...

    @method
    def minimum_points(self, n): ...

    @method
    def update_probe_points(self, points, min_points): ...

    @method
    def use_xy_offsets(self, use_offsets): ...

    @method(returns=float)
    def get_lift_speed(self, gcmd=None): ...

    @method
    def start_probe(self, gcmd): ...

"""Heaters, their control algorithms, and sensors by type."""
from kalico_bridge import codec
from kalico_bridge.made import host_list
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, method

KELVIN_TO_CELSIUS = -273.15
MAX_HEAT_TIME = 3.0
AMBIENT_TEMP = 25.0
PID_PARAM_BASE = 255.0
MAX_MAINTHREAD_TIME = 5.0
QUELL_STALE_TIME = 7.0
PID_SETTLE_DELTA = 1.0
PID_SETTLE_SLOPE = 0.1


def _temperatures(value):
    return (float(value[0]), float(value[1]))


class _NoLock:
    """Stands for a lock between threads: here only one runs at a time."""

    def acquire(self, blocking=True, timeout=-1):
        return True

    def release(self):
        pass

    def locked(self):
        return False

    def __enter__(self):
        return True

    def __exit__(self, *_error):
        pass


@host_class("Heater", "DualSensorHeater")
class Heater(HostObject):
    """A heater with its sensor, its pin and its control."""

    printer = attribute()
    config = attribute()
    name = attribute(str)
    short_name = attribute(str)
    sensor = attribute()
    reactor = attribute()
    gcode = attribute()
    pmgr = attribute()
    mcu_pwm = attribute()
    control = attribute()
    min_temp = attribute(float)
    max_temp = attribute(float)
    min_extrude_temp = attribute(float)
    max_power = attribute(float)
    pwm_delay = attribute(float)
    smooth_time = attribute(float)
    inv_smooth_time = attribute(float)
    config_smooth_time = attribute(float)
    target_temp = attribute(float)
    smoothed_temp = attribute(float)
    last_temp = attribute(float)
    last_temp_time = attribute(float)
    last_pwm_value = attribute(float)
    next_pwm_time = attribute(float)
    verify_mainthread_time = attribute(float)
    lost_update_tolerance = attribute()
    can_extrude = attribute(bool)
    cold_extrude = attribute(bool)
    mpc_sensors = host_list()
    lock = _NoLock()

    def __init__(self, config, sensor):
        codec.adopt(self, bridge_call("makeHeater", config, sensor))

    @method
    def lookup_control(self, profile, load_clean=False): ...

    @method
    def set_pwm(self, read_time, value): ...

    @method
    def temperature_callback(self, read_time, temp): ...

    @method
    def add_mpc_sensor(self, mpc_sensor): ...

    @method
    def get_name(self): ...

    @method(returns=float)
    def get_pwm_delay(self): ...

    @method(returns=float)
    def get_max_power(self): ...

    @method(returns=float)
    def get_smooth_time(self): ...

    @method
    def set_inv_smooth_time(self, inv_smooth_time): ...

    @method
    def set_temp(self, degrees): ...

    @method(returns=_temperatures)
    def get_temp(self, eventtime): ...

    @method
    def check_busy(self, eventtime): ...

    @method
    def set_control(self, control, keep_target=True): ...

    @method
    def get_control(self): ...

    @method
    def alter_target(self, target_temp): ...

    @method(returns=tuple)
    def stats(self, eventtime): ...

    @method
    def get_status(self, eventtime): ...

    @method
    def is_adc_faulty(self): ...

    @method
    def set_cold_extrude(self, cold_extrude, min_extrude_temp): ...


DualSensorHeater = Heater


class _Control(HostObject):
    """What all control algorithms of the host have."""

    heater = attribute()
    profile = attribute()
    heater_max_power = attribute(float)
    smooth_time = attribute(float)

    @method
    def temperature_update(self, read_time, temp, target_temp): ...

    @method
    def check_busy(self, eventtime, smoothed_temp, target_temp): ...

    @method
    def update_smooth_time(self): ...

    @method
    def get_profile(self): ...

    @method
    def get_type(self): ...

    @method
    def calculate_output(self, read_time, temp, target_temp): ...


def _control_class(name, host_name, *members):
    """A control algorithm as a class that plugins can also make themselves."""

    def make(self, profile, heater, load_clean=False):
        codec.adopt(self, bridge_call("makeControl", host_name, profile, heater, load_clean))

    cls = type(name, (_Control,), {"__init__": make, "__module__": __name__, "__doc__": f"The control {name}."})
    for member in members:
        setattr(cls, member, attribute(float, member if member[0].isupper() else None))
        getattr(cls, member).__set_name__(cls, member)
    return host_class(host_name)(cls)


_PID = ("Kp", "Ki", "Kd", "min_deriv_time", "temp_integ_max", "prev_temp", "prev_temp_time", "prev_temp_deriv", "prev_temp_integ")
ControlBangBang = _control_class("ControlBangBang", "ControlBangBang", "max_delta")
ControlPID = _control_class("ControlPID", "ControlPid", *_PID)
ControlVelocityPID = _control_class("ControlVelocityPID", "ControlVelocityPid", "Kp", "Ki", "Kd")
ControlDualLoopPID = _control_class("ControlDualLoopPID", "ControlDualLoopPid")


@host_class("PrinterHeaters")
class PrinterHeaters(HostObject):
    """The object `heaters`."""

    printer = attribute()
    gcode = attribute()
    heaters = attribute()
    sensor_factories = attribute()
    gcode_id_to_sensor = attribute()
    available_heaters = host_list()
    available_sensors = host_list()
    available_monitors = host_list()
    has_started = attribute(bool)
    have_load_sensors = attribute(bool)

    @method
    def add_sensor_factory(self, sensor_type, sensor_factory): ...

    @method
    def setup_heater(self, config, gcode_id=None): ...

    def get_all_heaters(self):
        return self.available_heaters

    @method
    def lookup_heater(self, heater_name): ...

    @method
    def setup_sensor(self, config): ...

    @method
    def register_sensor(self, config, psensor, gcode_id=None): ...

    @method
    def register_monitor(self, config): ...

    @method
    def get_status(self, eventtime): ...

    @method
    def turn_off_all_heaters(self, print_time=0.0): ...

    @method
    def set_temperature(self, heater, temp, wait=False): ...

    @method(name="tempReport")
    def _get_temp(self, eventtime): ...

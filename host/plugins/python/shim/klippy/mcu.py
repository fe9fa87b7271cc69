"""Micro-controllers: configuration, commands and answers, clocks, pins, and the triggers of homing moves."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, attribute, host_class, host_exception, method
from klippy import pins

MIN_SCHEDULE_TIME = 0.100
MAX_SCHEDULE_TICKS = (1 << 31) - 1
MAX_NOMINAL_DURATION = 3.0


@host_exception("McuError")
class error(Exception):
    pass


def _clocks(**clocks):
    return {name: value for name, value in clocks.items() if value}


@host_class("CommandWrapper")
class CommandWrapper(HostObject):
    """A command without an answer."""

    def send(self, data=(), minclock=0, reqclock=0):
        self._call("send", list(data), _clocks(minclock=minclock, reqclock=reqclock))

    def send_wait_ack(self, data=(), minclock=0, reqclock=0):
        self._call("sendWaitAck", list(data), _clocks(minclock=minclock, reqclock=reqclock))

    @method
    def get_command_tag(self): ...


@host_class("CommandQueryWrapper")
class CommandQueryWrapper(HostObject):
    """A command with an answer: a dictionary of its fields."""

    def send(self, data=(), minclock=0, reqclock=0, retry=True):
        return self._call("send", list(data), {**_clocks(minclock=minclock, reqclock=reqclock), "retry": retry})

    def send_with_preface(self, preface_cmd, preface_data=(), data=(), minclock=0, reqclock=0, retry=True):
        options = {**_clocks(minclock=minclock, reqclock=reqclock), "retry": retry}
        return self._call("sendWithPreface", preface_cmd, list(preface_data), list(data), options)


@host_class("McuTrsync")
class MCU_trsync(HostObject):
    """Stops the steppers of one micro-controller at a trigger."""

    REASON_ENDSTOP_HIT = 1
    REASON_HOST_REQUEST = 2
    REASON_PAST_END_TIME = 3
    REASON_COMMS_TIMEOUT = 4

    def __init__(self, mcu, trdispatch):
        construct(self, mcu, "mcu.MCU_trsync", mcu, trdispatch)

    @method
    def get_mcu(self): ...

    @method
    def get_oid(self): ...

    @method
    def get_command_queue(self): ...

    @method
    def add_stepper(self, stepper): ...

    @method
    def get_steppers(self): ...

    @method
    def start(self, print_time, report_offset, trigger_completion, expire_timeout): ...

    @method
    def set_home_end_time(self, home_end_time): ...

    @method
    def stop(self): ...


@host_class("TriggerDispatch")
class TriggerDispatch(HostObject):
    """The triggers of one endstop on all micro-controllers."""

    def __init__(self, mcu):
        construct(self, mcu, "mcu.TriggerDispatch", mcu)

    @method
    def get_oid(self): ...

    @method
    def get_command_queue(self): ...

    @method
    def add_stepper(self, stepper): ...

    @method
    def get_steppers(self): ...

    @method
    def start(self, print_time): ...

    @method
    def wait_end(self, end_time): ...

    @method
    def stop(self): ...


class _Pin(HostObject):
    """A pin that a micro-controller has set up."""

    def __init__(self, mcu, pin_params):
        construct(self, mcu, f"mcu.{self._kind}", mcu, pin_params)

    @method
    def get_mcu(self): ...


@host_class("McuEndstop")
class MCU_endstop(_Pin):
    _kind = "MCU_endstop"

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

    _pin = attribute(name="pin")
    _invert = attribute(name="invert")
    _pullup = attribute(name="pullup")
    _oid = attribute(name="oid")


@host_class("McuDigitalOut")
class MCU_digital_out(_Pin):
    _kind = "MCU_digital_out"

    @method
    def setup_max_duration(self, max_duration): ...

    @method
    def setup_start_value(self, start_value, shutdown_value): ...

    @method
    def set_digital(self, print_time, value): ...


@host_class("McuPwm")
class MCU_pwm(_Pin):
    _kind = "MCU_pwm"

    @method
    def setup_max_duration(self, max_duration): ...

    @method
    def setup_cycle_time(self, cycle_time, hardware_pwm=False): ...

    @method
    def setup_start_value(self, start_value, shutdown_value): ...

    @method
    def set_pwm(self, print_time, value): ...


def _value_and_time(value):
    return (float(value[0]), float(value[1]))


@host_class("McuAdc")
class MCU_adc(_Pin):
    _kind = "MCU_adc"

    @method(options=("minval", "maxval", "range_check_count"))
    def setup_minmax(self, sample_time, sample_count, minval=0.0, maxval=1.0, range_check_count=0): ...

    @method
    def setup_adc_callback(self, report_time, callback): ...

    @method(returns=_value_and_time)
    def get_last_value(self): ...


@host_class("Mcu")
class MCU(HostObject):
    """The objects `mcu` and `mcu <name>`."""

    error = error
    non_critical_disconnected = attribute(bool)
    is_non_critical = attribute(bool)
    _name = attribute(name="name")
    _printer = attribute(name="printer")
    _reactor = attribute(name="reactor")
    _clocksync = attribute(name="clockSync")
    _mcu_freq = attribute(float, name="mcuFreq")
    _is_shutdown = attribute(bool, name="shutdownSeen")
    _serial = attribute(name="serial")

    def __init__(self, config, clocksync):
        construct(self, config, "mcu.MCU", config, clocksync)

    def setup_pin(self, pin_type, pin_params):
        return self._call("setupPin", pin_type, pins.host_params(pin_params))

    @method
    def create_oid(self): ...

    @method
    def register_config_callback(self, cb): ...

    @method(options=("is_init", "on_restart"))
    def add_config_cmd(self, cmd, is_init=False, on_restart=False): ...

    @method(returns=int)
    def get_query_slot(self, oid): ...

    @method(returns=int)
    def seconds_to_clock(self, time): ...

    @method(returns=float)
    def get_max_stepper_error(self): ...

    @method(returns=float)
    def min_schedule_time(self): ...

    @method(returns=float)
    def max_nominal_duration(self): ...

    @method
    def get_printer(self): ...

    @method
    def get_name(self): ...

    @method
    def get_non_critical_reconnect_event_name(self): ...

    @method
    def get_non_critical_disconnect_event_name(self): ...

    def register_response(self, cb, msg, oid=None):
        self._call("registerResponse", cb, msg, *([] if oid is None else [oid]))

    @method
    def alloc_command_queue(self): ...

    def lookup_command(self, msgformat, cq=None):
        return self._call("lookupCommand", msgformat, *([] if cq is None else [cq]))

    def lookup_query_command(self, msgformat, respformat, oid=None, cq=None, is_async=False):
        options = {"oid": oid, "cq": cq, "isAsync": is_async}
        return self._call("lookupQueryCommand", msgformat, respformat, {k: v for k, v in options.items() if v is not None})

    @method
    def try_lookup_command(self, msgformat): ...

    @method
    def get_enumerations(self): ...

    @method
    def get_constants(self): ...

    @method(returns=float)
    def get_constant_float(self, name): ...

    @method(returns=int)
    def print_time_to_clock(self, print_time): ...

    @method(returns=float)
    def clock_to_print_time(self, clock): ...

    @method(returns=float)
    def estimated_print_time(self, eventtime): ...

    @method(returns=int)
    def clock32_to_clock64(self, clock32): ...

    @method(name="registerStepQueue")
    def register_stepqueue(self, stepqueue): ...

    @method
    def request_move_queue_slot(self): ...

    @method
    def register_flush_callback(self, callback): ...

    @method
    def flush_moves(self, print_time, clear_history_time): ...

    @method
    def check_active(self, print_time, eventtime): ...

    @method(returns=bool)
    def is_fileoutput(self): ...

    @method(returns=bool)
    def is_shutdown(self): ...

    @method(returns=int)
    def get_shutdown_clock(self): ...

    @method
    def get_status(self, eventtime=None): ...

    @method(returns=tuple)
    def stats(self, eventtime): ...


def get_printer_mcu(printer, name):
    """The micro-controller of a name as pin descriptions give it."""
    return printer.lookup_object("mcu" if name == "mcu" else f"mcu {name}")

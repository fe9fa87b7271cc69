"""Motor drivers on and off."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, attribute, host_class, method

DISABLE_STALL_TIME = 0.100


@host_class("StepperEnablePin")
class StepperEnablePin(HostObject):
    """An enable line, maybe of several steppers."""

    mcu_enable = attribute()
    enable_count = attribute(int)
    is_dedicated = attribute(bool)

    def __init__(self, mcu_enable, enable_count):
        construct(self, mcu_enable, "extras.stepper_enable.StepperEnablePin", mcu_enable, enable_count)

    @method
    def set_enable(self, print_time): ...

    @method
    def set_disable(self, print_time): ...


@host_class("EnableTracking")
class EnableTracking(HostObject):
    """Whether one stepper is on."""

    stepper = attribute()
    enable = attribute()
    is_enabled = attribute(bool)
    callbacks = attribute()

    def __init__(self, stepper, enable):
        construct(self, stepper, "extras.stepper_enable.EnableTracking", stepper, enable)

    @method
    def register_state_callback(self, callback): ...

    @method
    def motor_enable(self, print_time): ...

    @method
    def motor_disable(self, print_time): ...

    @method
    def is_motor_enabled(self): ...

    @method
    def has_dedicated_enable(self): ...


@host_class("PrinterStepperEnable")
class PrinterStepperEnable(HostObject):
    """The object `stepper_enable`."""

    printer = attribute()
    enable_lines = attribute()

    @method
    def register_stepper(self, config, mcu_stepper): ...

    @method
    def motor_off(self): ...

    @method
    def motor_debug_enable(self, stepper, enable): ...

    @method
    def get_status(self, eventtime): ...

    @method
    def lookup_enable(self, name): ...

    @method
    def get_steppers(self): ...

    def cmd_M18(self, gcmd):
        self.motor_off()

    @method(name="cmdSetStepperEnable")
    def cmd_SET_STEPPER_ENABLE(self, gcmd): ...

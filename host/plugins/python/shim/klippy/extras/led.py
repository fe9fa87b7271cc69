"""Leds."""
from kalico_bridge.made import construct, host_list
from kalico_bridge.proxy import HostObject, attribute, host_class, method


def _color(item):
    return tuple(float(part) for part in item)


def _status(value):
    return {"color_data": [_color(item) for item in value["color_data"]]}


@host_class("LedHelper")
class LEDHelper(HostObject):
    """The colours of a chain of leds."""

    printer = attribute()
    mutex = attribute()
    led_count = attribute(int)
    led_state = host_list(_color)
    need_transmit = attribute(bool)

    def __init__(self, config, update_func, led_count=1):
        def update(led_state, print_time):
            return update_func([_color(item) for item in led_state], print_time)

        construct(self, config, "extras.led.LEDHelper", config, update, led_count)

    @method(returns=_status)
    def get_status(self, eventtime=None): ...

    @method(name="setColor")
    def _set_color(self, index, color): ...

    @method(name="checkTransmit")
    def _check_transmit(self, print_time=None): ...

    @method(name="cmdSetLed")
    def cmd_SET_LED(self, gcmd): ...

    @method(name="cmdSetLedTemplate")
    def cmd_SET_LED_TEMPLATE(self, gcmd): ...


@host_class("PrinterPwmLed")
class PrinterPWMLED(HostObject):
    """The objects `led <name>`."""

    printer = attribute()
    led_helper = attribute()
    last_print_time = attribute(float)

    @method
    def update_leds(self, led_state, print_time): ...

    @method(returns=_status)
    def get_status(self, eventtime=None): ...

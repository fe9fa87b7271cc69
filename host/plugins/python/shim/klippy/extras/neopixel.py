"""Chains of leds with a chip each."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method
from klippy.extras.led import _status

BACKGROUND_PRIORITY_CLOCK = 0x7FFFFFFF00000000
BIT_MAX_TIME = 0.000004
RESET_MIN_TIME = 0.000050
MAX_MCU_SIZE = 500


@host_class("PrinterNeoPixel")
class PrinterNeoPixel(HostObject):
    """The objects `neopixel <name>`."""

    printer = attribute()
    mcu = attribute()
    led_helper = attribute()
    oid = attribute(int)
    pin = attribute()

    @method
    def update_leds(self, led_state, print_time): ...

    @method
    def send_data(self, print_time=None): ...

    @method(returns=_status)
    def get_status(self, eventtime=None): ...

"""Buttons on pins."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, attribute, host_class, method

QUERY_TIME = 0.002
RETRANSMIT_COUNT = 50
ADC_REPORT_TIME = 0.015
ADC_DEBOUNCE_TIME = 0.025
ADC_SAMPLE_TIME = 0.001
ADC_SAMPLE_COUNT = 6


@host_class("DebounceButton")
class DebounceButton(HostObject):
    def __init__(self, config, button_action):
        construct(self, config, "extras.buttons.DebounceButton", config, button_action)

    @method
    def button_handler(self, eventtime, state): ...


@host_class("PrinterButtons")
class PrinterButtons(HostObject):
    """The object `buttons`."""

    printer = attribute()
    mcu_buttons = attribute()
    adc_buttons = attribute()

    @method
    def register_adc_button(self, pin, min_val, max_val, pullup, callback): ...

    @method
    def register_adc_button_push(self, pin, min_val, max_val, pullup, callback): ...

    @method
    def register_debounce_button(self, pin, callback, config): ...

    @method
    def register_debounce_adc_button(self, pin, min_val, max_val, pullup, callback, config): ...

    def register_buttons(self, pins, callback):
        self._call("registerButtons", list(pins), callback)

    @method
    def register_rotary_encoder(self, pin1, pin2, cw_callback, ccw_callback, steps_per_detent): ...

    @method
    def register_button_push(self, pin, callback): ...

"""Output pins, and requests to change them in step with the moves."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, attribute, host_class, method

PIN_MIN_TIME = 0.100
RENDER_TIME = 0.500
MAX_SCHEDULE_TIME = 5.0


@host_class("GCodeRequestQueue")
class GCodeRequestQueue(HostObject):
    """Changes of a pin: in step with the moves, or at once."""

    def __init__(self, config, mcu, callback):
        construct(self, config, "extras.output_pin.GCodeRequestQueue", config, mcu, callback)

    @method
    def queue_gcode_request(self, value): ...

    @method
    def send_async_request(self, value, print_time=None): ...


def lookup_template_eval(config):
    """The object `template_evaluator`, which renders display templates for pins and leds."""
    printer = config.get_printer()
    evaluator = printer.lookup_object("template_evaluator", None)
    if evaluator is None:
        evaluator = PrinterTemplateEvaluator(config)
        printer.add_object("template_evaluator", evaluator)
    return evaluator


class PrinterTemplateEvaluator:
    """No display templates exist in this host: an empty name switches one off, every other is unknown."""

    def __init__(self, config):
        self.printer = config.get_printer()

    def set_template(self, gcmd, callback, flush_callback=None):
        name = gcmd.get("TEMPLATE")
        if name:
            raise gcmd.error(f"Unknown display_template '{name}'")


@host_class("PrinterOutputPin")
class PrinterOutputPin(HostObject):
    """The objects `output_pin <name>`."""

    gcrq = attribute()
    is_pwm = attribute(bool)
    scale = attribute(float)
    last_value = attribute(float)

    @method
    def get_status(self, eventtime): ...

    @method(name="cmdSetPin")
    def cmd_SET_PIN(self, gcmd): ...

    def _set_pin(self, print_time, value):
        return self._call("setPin", print_time, value)

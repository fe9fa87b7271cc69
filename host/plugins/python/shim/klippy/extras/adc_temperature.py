"""Sensors on analogue pins, and tables between readings and temperatures."""
from kalico_bridge import codec
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, method

SAMPLE_TIME = 0.001
SAMPLE_COUNT = 8
REPORT_TIME = 0.300
RANGE_CHECK_COUNT = 4


@host_class("PrinterAdcToTemperature")
class PrinterADCtoTemperature(HostObject):
    """A sensor on an analogue pin; `adc_convert` has calc_temp and calc_adc."""

    mcu_adc = attribute()
    adc_convert = attribute(name="conversion")

    def __init__(self, config, adc_convert):
        codec.adopt(self, bridge_call("makeAdcSensor", config, adc_convert))

    @method
    def setup_callback(self, temperature_callback): ...

    @method(returns=float)
    def get_report_time_delta(self): ...

    @method
    def setup_minmax(self, min_temp, max_temp): ...


@host_class("LinearInterpolate")
class LinearInterpolate(HostObject):
    """Straight lines between samples (key, value)."""

    def __init__(self, samples):
        codec.adopt(self, bridge_call("makeInterpolation", [list(sample) for sample in samples]))

    @method(returns=float)
    def interpolate(self, key): ...

    @method(returns=float)
    def reverse_interpolate(self, value): ...

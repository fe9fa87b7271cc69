"""Thermistors."""
from kalico_bridge import codec
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, method

KELVIN_TO_CELSIUS = -273.15


@host_class("Thermistor")
class Thermistor(HostObject):
    """Between readings of a divider (0 to 1) and degrees Celsius."""

    c1 = attribute(float)
    c2 = attribute(float)
    c3 = attribute(float)
    pullup = attribute(float)
    inline_resistor = attribute(float)

    def __init__(self, pullup, inline_resistor):
        codec.adopt(self, bridge_call("makeThermistor", pullup, inline_resistor))

    @method
    def setup_coefficients(self, t1, r1, t2, r2, t3, r3, name=""): ...

    @method
    def setup_coefficients_beta(self, t1, r1, beta): ...

    @method(returns=float)
    def calc_temp(self, adc): ...

    @method(returns=float)
    def calc_adc(self, temp): ...

"""Sections `[temperature_sensor x]`."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method

KELVIN_TO_CELSIUS = -273.15


@host_class("PrinterSensorGeneric")
class PrinterSensorGeneric(HostObject):
    """A sensor that is shown only."""

    name = attribute(str)
    min_temp = attribute(float)
    max_temp = attribute(float)
    last_temp = attribute(float)
    measured_min = attribute(float)
    measured_max = attribute(float)

    @method
    def temperature_callback(self, read_time, temp): ...

    @method(returns=lambda value: (float(value[0]), float(value[1])))
    def get_temp(self, eventtime): ...

    @method(returns=tuple)
    def stats(self, eventtime): ...

    @method
    def get_status(self, eventtime): ...

    @method
    def is_adc_faulty(self): ...

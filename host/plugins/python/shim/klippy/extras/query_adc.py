"""Analog pins by name."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("QueryAdc")
class QueryADC(HostObject):
    """The object `query_adc`."""

    adc = attribute(name="adcs")

    @method
    def register_adc(self, name, mcu_adc): ...

    @method(name="cmdQueryAdc")
    def cmd_QUERY_ADC(self, gcmd): ...

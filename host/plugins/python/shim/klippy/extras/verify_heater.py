"""The watch over a heater."""
from kalico_bridge.proxy import HostObject, attribute, host_class

HINT_THERMAL = "See the 'verify_heater' section in docs/Config_Reference.md\nfor the parameters that control this check.\n"


@host_class("HeaterCheck")
class HeaterCheck(HostObject):
    """A section `[verify_heater x]`."""

    printer = attribute()
    heater = attribute()
    heater_name = attribute(str)
    hysteresis = attribute(float)
    max_error = attribute(float)
    heating_gain = attribute(float)
    check_gain_time = attribute(float)

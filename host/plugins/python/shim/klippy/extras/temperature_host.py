"""The temperature of the machine that the host runs on."""
from kalico_bridge import codec
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, method

HOST_REPORT_TIME = 1.0
RPI_PROC_TEMP_FILE = "/sys/class/thermal/thermal_zone0/temp"


@host_class("TemperatureHost")
class Temperature_HOST(HostObject):
    """A sensor of type `temperature_host`."""

    printer = attribute()
    name = attribute(str)
    path = attribute(str)
    temp = attribute(float)
    min_temp = attribute(float)
    max_temp = attribute(float)

    def __init__(self, config):
        codec.adopt(self, bridge_call("makeTemperatureHost", config))

    @method
    def setup_minmax(self, min_temp, max_temp): ...

    @method
    def setup_callback(self, cb): ...

    @method(returns=float)
    def get_report_time_delta(self): ...

    @method
    def get_status(self, eventtime): ...

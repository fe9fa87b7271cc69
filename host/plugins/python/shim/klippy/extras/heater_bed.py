"""The heated bed."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("PrinterHeaterBed")
class PrinterHeaterBed(HostObject):
    """The object `heater_bed`."""

    printer = attribute()
    heater = attribute()

    @method(name="cmdM140")
    def cmd_M140(self, gcmd, wait=False): ...

    @method(name="cmdM190")
    def cmd_M190(self, gcmd): ...

    @method
    def get_status(self, eventtime): ...

    @method(returns=tuple)
    def stats(self, eventtime): ...

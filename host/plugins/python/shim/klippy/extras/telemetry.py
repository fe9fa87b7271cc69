"""Telemetry: nothing is ever collected or sent here."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("Telemetry")
class KalicoTelementry(HostObject):
    printer = attribute()
    enabled = attribute()

    @method
    def get_status(self, eventtime=None): ...

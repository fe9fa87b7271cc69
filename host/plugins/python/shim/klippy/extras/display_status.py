"""Progress and message."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("DisplayStatus")
class DisplayStatus(HostObject):
    """The object `display_status`."""

    printer = attribute()
    expire_progress = attribute(float)
    progress = attribute(float)
    message = attribute()

    @method
    def get_status(self, eventtime): ...

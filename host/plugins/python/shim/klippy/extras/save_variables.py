"""Values that outlive the host."""
from kalico_bridge.live import live_dict
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("SaveVariables")
class SaveVariables(HostObject):
    """The object `save_variables`."""

    printer = attribute()
    filename = attribute(str)
    allVariables = live_dict()

    @method
    def get_status(self, eventtime): ...

    @method(name="loadVariables")
    def loadVariables(self): ...

"""The parts of a print, and leaving some of them out."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("ExcludeObject")
class ExcludeObject(HostObject):
    """The object `exclude_object`."""

    printer = attribute()
    gcode = attribute()
    gcode_move = attribute()
    objects = attribute()
    excluded_objects = attribute()
    current_object = attribute()

    @method
    def get_status(self, eventtime=None): ...

    @method(name="testInExcludedRegion")
    def _test_in_excluded_region(self): ...

    @method(name="addObject")
    def _add_object_definition(self, definition): ...

    @method(name="excludeObject")
    def _exclude_object(self, name): ...

    @method(name="unexcludeObject")
    def _unexclude_object(self, name): ...

    @method(name="resetFile")
    def _reset_file(self): ...

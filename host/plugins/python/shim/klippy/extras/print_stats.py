"""What is printed, for how long, and how it ended."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("PrintStats")
class PrintStats(HostObject):
    """The object `print_stats`."""

    printer = attribute()
    gcode_move = attribute()
    reactor = attribute()
    filename = attribute()
    error_message = attribute()
    state = attribute()
    filament_used = attribute(float)
    total_duration = attribute(float)
    init_duration = attribute(float)
    prev_pause_duration = attribute(float)
    last_epos = attribute(float)
    print_start_time = attribute(float)
    last_pause_time = attribute(float)
    info_total_layer = attribute()
    info_current_layer = attribute()

    @method
    def set_current_file(self, filename): ...

    @method
    def note_start(self): ...

    @method
    def note_pause(self): ...

    @method
    def note_complete(self): ...

    @method
    def note_error(self, message): ...

    @method
    def note_cancel(self): ...

    @method
    def reset(self): ...

    @method
    def get_status(self, eventtime): ...

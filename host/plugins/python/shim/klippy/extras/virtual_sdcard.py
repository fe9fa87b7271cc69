"""Prints from files."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method

VALID_GCODE_EXTS = ["gcode", "g", "gco"]


@host_class("VirtualSdcard")
class VirtualSD(HostObject):
    """The object `virtual_sdcard`."""

    printer = attribute()
    reactor = attribute()
    gcode = attribute()
    print_stats = attribute()
    on_error_gcode = attribute()
    sdcard_dirname = attribute(str)
    with_subdirs = attribute(bool)
    current_file = attribute()
    file_position = attribute(int)
    file_size = attribute(int)
    next_file_position = attribute(int)
    must_pause_work = attribute(bool)
    cmd_from_sd = attribute(bool)
    work_timer = attribute()

    @method
    def stats(self, eventtime): ...

    @method
    def get_file_list(self, check_subdirs=False): ...

    @method
    def get_status(self, eventtime=None): ...

    def file_path(self):
        return self.get_status(0.0)["file_path"]

    @method(returns=float)
    def progress(self): ...

    @method
    def is_active(self): ...

    @method
    def do_pause(self): ...

    @method
    def do_resume(self): ...

    @method
    def do_cancel(self): ...

    @method
    def is_cmd_from_sd(self): ...

    @method
    def get_file_position(self): ...

    @method
    def set_file_position(self, pos): ...

    @method(name="resetFile")
    def _reset_file(self): ...

    @method(name="loadFile")
    def _load_file(self, gcmd, filename, check_subdirs=False): ...

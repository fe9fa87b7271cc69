"""PAUSE, RESUME and CANCEL_PRINT."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("PauseResume")
class PauseResume(HostObject):
    """The object `pause_resume`."""

    printer = attribute()
    gcode = attribute()
    v_sd = attribute()
    recover_velocity = attribute(float)
    is_paused = attribute(bool)
    sd_paused = attribute(bool)
    pause_command_sent = attribute(bool)

    @method
    def get_status(self, eventtime): ...

    @method
    def is_sd_active(self): ...

    @method
    def send_pause_command(self): ...

    @method
    def send_resume_command(self): ...

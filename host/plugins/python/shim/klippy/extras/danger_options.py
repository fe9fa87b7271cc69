"""Limits that can be lifted."""
from kalico_bridge import current
from kalico_bridge.proxy import HostObject, attribute, host_class


@host_class("DangerOptions")
class DangerOptions(HostObject):
    """The section `[danger_options]`."""


for _name in (
    "minimal_logging log_statistics log_config_file_at_startup log_bed_mesh_at_startup log_velocity_limit_changes log_pressure_advance_changes"
    " log_shutdown_info log_serial_reader_warnings log_startup_info log_webhook_method_register_messages error_on_unused_config_options"
    " allow_plugin_override temp_ignore_limits autosave_includes"
).split():
    setattr(DangerOptions, _name, attribute(bool))
    getattr(DangerOptions, _name).__set_name__(DangerOptions, _name)
for _name in (
    "single_mcu_trsync_timeout multi_mcu_trsync_timeout homing_elapsed_distance_tolerance bgflush_extra_time homing_start_delay"
    " endstop_sample_time override_pressure_advance_smooth_time_max"
).split():
    setattr(DangerOptions, _name, attribute(float))
    getattr(DangerOptions, _name).__set_name__(DangerOptions, _name)


DangerOptions.endstop_sample_count = attribute(int, "endstopSampleCount")


def get_danger_options():
    """The options of the printer that is being made."""
    printer = current.printer()
    options = printer.lookup_object("danger_options", None) if printer is not None else None
    if options is None:
        raise Exception("DangerOptions has not been loaded yet!")
    return options

"""Filament sensors."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, attribute, host_class, method

CHECK_RUNOUT_TIMEOUT = 0.250


@host_class("RunoutHelper")
class RunoutHelper(HostObject):
    """What all filament sensors do when filament comes or goes."""

    name = attribute()
    printer = attribute()
    reactor = attribute()
    gcode = attribute()
    runout_pause = attribute(bool)
    runout_gcode = attribute()
    insert_gcode = attribute()
    immediate_runout_gcode = attribute()
    pause_delay = attribute(float)
    event_delay = attribute(float)
    min_event_systime = attribute(float)
    filament_present = attribute()
    sensor_enabled = attribute()
    smart = attribute()
    always_fire_events = attribute()
    runout_distance = attribute(float)
    runout_elapsed = attribute(float)

    def __init__(self, config, defined_sensor, runout_distance=0):
        construct(self, config, "extras.filament_switch_sensor.RunoutHelper", config, defined_sensor, runout_distance)

    @method
    def reset_runout_distance_info(self): ...

    @method
    def note_filament_present(self, eventtime, is_filament_present=None, force=False, immediate=False): ...

    @method
    def get_status(self, eventtime): ...

    @method(name="cmdQuery")
    def cmd_QUERY_FILAMENT_SENSOR(self, gcmd): ...

    @method(name="cmdSet")
    def cmd_SET_FILAMENT_SENSOR(self, gcmd): ...


@host_class("SwitchSensor")
class SwitchSensor(HostObject):
    """The objects `filament_switch_sensor <name>`."""

    printer = attribute()
    runout_helper = attribute()
    check_on_print_start = attribute(bool)

    @method
    def get_status(self, eventtime): ...

    @method(returns=float)
    def get_extruder_pos(self, eventtime=None): ...

    @method
    def sensor_get_status(self, eventtime): ...

    @method
    def reset(self): ...

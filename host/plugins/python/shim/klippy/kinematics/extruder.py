"""Extruders and the steppers that follow them."""
from kalico_bridge.made import construct
from kalico_bridge.proxy import HostObject, attribute, host_class, method


@host_class("ExtruderStepper")
class ExtruderStepper(HostObject):
    name = attribute()
    printer = attribute()
    stepper = attribute()
    motion_queue = attribute()
    pressure_advance = attribute(float)
    pressure_advance_smooth_time = attribute(float)
    per_move_pressure_advance = attribute(bool)
    config_pa = attribute(float, name="configAdvance")
    config_smooth_time = attribute(float)

    def __init__(self, config):
        construct(self, config, "kinematics.extruder.ExtruderStepper", config)

    @method
    def get_status(self, eventtime): ...

    @method(returns=float)
    def find_past_position(self, print_time): ...

    @method
    def sync_to_extruder(self, extruder_name): ...

    @method
    def set_rotation_distance(self, rotation_dist): ...

    @method
    def get_rotation_distance(self): ...

    def _set_pressure_advance(self, pressure_advance, smooth_time):
        self._call("setPressureAdvance", pressure_advance, smooth_time)

    @method(name="cmdDefaultSetPressureAdvance")
    def cmd_default_SET_PRESSURE_ADVANCE(self, gcmd): ...

    @method(name="cmdSetPressureAdvance")
    def cmd_SET_PRESSURE_ADVANCE(self, gcmd): ...

    @method(name="cmdSetRotationDistance")
    def cmd_SET_E_ROTATION_DISTANCE(self, gcmd): ...

    @method(name="cmdSyncExtruderMotion")
    def cmd_SYNC_EXTRUDER_MOTION(self, gcmd): ...


@host_class("PrinterExtruder")
class PrinterExtruder(HostObject):
    """The objects `extruder`, `extruder1` …"""

    printer = attribute()
    name = attribute()
    heater = attribute()
    extruder_stepper = attribute()
    last_position = attribute(float)
    nozzle_diameter = attribute(float)
    filament_area = attribute(float)
    max_extrude_ratio = attribute(float)
    max_e_velocity = attribute(float)
    max_e_accel = attribute(float)
    max_e_dist = attribute(float)
    instant_corner_v = attribute(float)

    @method
    def get_status(self, eventtime): ...

    @method
    def get_name(self): ...

    @method
    def get_heater(self): ...

    @method
    def get_trapq(self): ...

    @method
    def get_axis_gcode_id(self): ...

    @method(returns=tuple)
    def stats(self, eventtime): ...

    @method
    def check_move(self, move, ea_index): ...

    @method(returns=float)
    def calc_junction(self, prev_move, move, ea_index): ...

    @method
    def process_move(self, print_time, move, ea_index): ...

    @method(returns=float)
    def find_past_position(self, print_time): ...

    @method(name="cmdM104")
    def cmd_M104(self, gcmd, wait=False): ...

    def cmd_M109(self, gcmd):
        self.cmd_M104(gcmd, True)

    @method(name="cmdM302")
    def cmd_M302(self, gcmd): ...

    @method(name="cmdActivateExtruder")
    def cmd_ACTIVATE_EXTRUDER(self, gcmd): ...


@host_class("DummyExtruder")
class DummyExtruder(HostObject):
    """Stands in for the extruder where there is none."""

    printer = attribute()

    @method
    def get_name(self): ...

    @method
    def get_heater(self): ...

    @method
    def get_trapq(self): ...

    @method
    def get_axis_gcode_id(self): ...

    @method(returns=float)
    def find_past_position(self, print_time): ...

    @method
    def check_move(self, move, ea_index): ...

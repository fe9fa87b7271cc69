"""G0/G1 and the state that gives their numbers a meaning."""
from kalico_bridge.made import host_list
from kalico_bridge.live import live_dict
from kalico_bridge.proxy import HostObject, attribute, host_class, method
from klippy.gcode import Coord  # noqa: F401


@host_class("GCodeMove")
class GCodeMove(HostObject):
    """The object `gcode_move`."""

    Coord = Coord
    printer = attribute()
    is_printer_ready = attribute(bool)
    absolute_coord = attribute(bool)
    absolute_extrude = attribute(bool)
    base_position = host_list(float)
    last_position = host_list(float)
    homing_position = host_list(float)
    speed = attribute(float)
    speed_factor = attribute(float)
    extrude_factor = attribute(float)
    axis_map = attribute()
    saved_states = live_dict("kalicoStates")
    move_transform = attribute()

    @property
    def move_with_transform(self):
        """The function that moves are handed to."""
        target = self._get("moveWithTransform")
        return None if target is None else target.move

    @move_with_transform.setter
    def move_with_transform(self, function):
        self._call("replaceMove", function)

    @property
    def position_with_transform(self):
        """The function that tells where the last move ended."""
        target = self._get("moveWithTransform")
        return (lambda: [0.0, 0.0, 0.0, 0.0]) if target is None else target.get_position

    @method(options=("force",))
    def set_move_transform(self, transform, force=False): ...

    @method
    def get_status(self, eventtime=None): ...

    @method
    def reset_last_position(self): ...

    def _get_gcode_position(self):
        position = [last - base for last, base in zip(self.last_position, self.base_position)]
        position[3] /= self.extrude_factor
        return position

    def _get_gcode_speed(self):
        return self.speed / self.speed_factor

    def _get_gcode_speed_override(self):
        return self.speed_factor * 60.0

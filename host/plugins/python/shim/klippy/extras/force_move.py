"""Moves of single steppers."""
import math
from kalico_bridge.proxy import HostObject, attribute, host_class, method

BUZZ_DISTANCE = 1.0
BUZZ_VELOCITY = BUZZ_DISTANCE / 0.250
BUZZ_RADIANS_DISTANCE = math.radians(1.0)
BUZZ_RADIANS_VELOCITY = BUZZ_RADIANS_DISTANCE / 0.250
STALL_TIME = 0.100


def calc_move_time(dist, speed, accel):
    """Direction (1 or -1), times of acceleration and cruising (s), and the speed reached, from rest to rest."""
    direction = math.copysign(1.0, dist) if dist else 1.0
    length = abs(dist)
    if not accel or not length:
        return direction, 0.0, length / speed, speed
    reached = min(speed, math.sqrt(length * accel))
    accel_t = reached / accel
    return direction, accel_t, length / reached - accel_t, reached


@host_class("ForceMove")
class ForceMove(HostObject):
    """The object `force_move`."""

    printer = attribute()
    steppers = attribute()

    @method
    def register_stepper(self, config, mcu_stepper): ...

    @method
    def lookup_stepper(self, name): ...

    @method
    def manual_move(self, stepper, dist, speed, accel=0.0): ...

    def _force_enable(self, stepper):
        return self._call("forceEnable", stepper)

    def _restore_enable(self, stepper, was_enable):
        self._call("restoreEnable", stepper, was_enable)

    @method(name="cmdStepperBuzz")
    def cmd_STEPPER_BUZZ(self, gcmd): ...

    @method(name="cmdForceMove")
    def cmd_FORCE_MOVE(self, gcmd): ...

    @method(name="cmdSetKinematicPosition")
    def cmd_SET_KINEMATIC_POSITION(self, gcmd): ...

"""Kinematics `rotary_delta`."""
from kalico_bridge.kinematics import RailKinematics
from kalico_bridge.proxy import host_class


@host_class("RotaryDeltaKinematics")
class RotaryDeltaKinematics(RailKinematics):
    pass

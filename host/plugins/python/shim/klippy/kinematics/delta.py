"""Kinematics `delta`."""
from kalico_bridge.kinematics import RailKinematics
from kalico_bridge.proxy import host_class


@host_class("DeltaKinematics")
class DeltaKinematics(RailKinematics):
    pass

"""Kinematics `delta`."""
from kalico_bridge.kinematics import Kinematics
from kalico_bridge.proxy import host_class


@host_class("DeltaKinematics")
class DeltaKinematics(Kinematics):
    pass

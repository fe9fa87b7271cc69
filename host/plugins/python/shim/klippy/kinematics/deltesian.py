"""Kinematics `deltesian`."""
from kalico_bridge.kinematics import RailKinematics
from kalico_bridge.proxy import host_class


@host_class("DeltesianKinematics")
class DeltesianKinematics(RailKinematics):
    pass

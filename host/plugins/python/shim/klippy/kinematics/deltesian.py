"""Kinematics `deltesian`."""
from kalico_bridge.kinematics import Kinematics
from kalico_bridge.proxy import host_class


@host_class("DeltesianKinematics")
class DeltesianKinematics(Kinematics):
    pass

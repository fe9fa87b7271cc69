"""Kinematics `polar`."""
from kalico_bridge.kinematics import RailKinematics
from kalico_bridge.proxy import host_class


@host_class("PolarKinematics")
class PolarKinematics(RailKinematics):
    pass

"""Kinematics `hybrid_corexz`."""
from kalico_bridge.kinematics import Kinematics
from kalico_bridge.proxy import host_class


@host_class("HybridCoreXZKinematics")
class HybridCoreXZKinematics(Kinematics):
    pass

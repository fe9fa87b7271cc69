"""Kinematics `hybrid_corexy`."""
from kalico_bridge.kinematics import Kinematics
from kalico_bridge.proxy import host_class


@host_class("HybridCoreXYKinematics")
class HybridCoreXYKinematics(Kinematics):
    pass

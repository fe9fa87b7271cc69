"""Kinematics `limited_corexy`."""
from kalico_bridge.kinematics import BoxKinematics
from kalico_bridge.proxy import host_class


@host_class("LimitedCoreXYKinematics")
class LimitedCoreXYKinematics(BoxKinematics):
    pass

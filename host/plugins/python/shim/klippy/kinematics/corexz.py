"""Kinematics `corexz`."""
from kalico_bridge.kinematics import BoxKinematics
from kalico_bridge.proxy import host_class


@host_class("CoreXZKinematics")
class CoreXZKinematics(BoxKinematics):
    pass

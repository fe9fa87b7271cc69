"""Kinematics `limited_cartesian`."""
from kalico_bridge.kinematics import BoxKinematics
from kalico_bridge.proxy import host_class


@host_class("LimitedCartKinematics")
class LimitedCartKinematics(BoxKinematics):
    pass

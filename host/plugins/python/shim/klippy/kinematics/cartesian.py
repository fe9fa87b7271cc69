"""Kinematics `cartesian`."""
from kalico_bridge.kinematics import BoxKinematics
from kalico_bridge.proxy import host_class


@host_class("CartKinematics", "BoxKinematics")
class CartKinematics(BoxKinematics):
    pass

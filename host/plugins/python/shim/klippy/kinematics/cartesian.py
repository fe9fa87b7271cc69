"""Kinematics `cartesian`."""
from kalico_bridge.kinematics import Kinematics
from kalico_bridge.proxy import host_class


@host_class("CartKinematics")
class CartKinematics(Kinematics):
    pass

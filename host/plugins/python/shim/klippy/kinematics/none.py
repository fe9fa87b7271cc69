"""No kinematics: nothing moves."""
from kalico_bridge.kinematics import Kinematics
from kalico_bridge.proxy import host_class


@host_class("NoneKinematics")
class NoneKinematics(Kinematics):
    pass

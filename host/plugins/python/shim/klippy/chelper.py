"""Kalico's C helpers, as far as this host has them: motion queues, stepper kinematics, dispatch of triggers.

`get_ffi()` gives the two objects that plugins pass around. What they allocate are objects of the host.
"""
from kalico_bridge.proxy import HostObject, bridge_call, host_class, method


class _Ffi:
    """`ffi_main`: nothing has to be freed here."""

    NULL = None

    @staticmethod
    def gc(value, free, size=0):
        return value


@host_class("Trapq")
class Trapq(HostObject):
    """A motion queue."""

    @method
    def append(
        self, print_time, accel_t, cruise_t, decel_t, start_pos_x, start_pos_y, start_pos_z, axes_r_x, axes_r_y, axes_r_z, start_v, cruise_v, accel
    ): ...

    @method
    def finalize_moves(self, print_time, clear_history_time): ...

    @method
    def set_position(self, print_time, pos_x, pos_y, pos_z): ...


@host_class("TrDispatch")
class TrDispatch(HostObject):
    """Spreads one trigger to several micro-controllers."""

    @method
    def start(self, reason): ...

    @method
    def stop(self): ...


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


class _Lib:
    """`ffi_lib`."""

    free = None
    trapq_free = None
    trdispatch_free = None

    @staticmethod
    def trapq_alloc():
        return bridge_call("construct", None, "chelper.trapq", [])

    @staticmethod
    def trapq_append(trapq, *arguments):
        trapq.append(*arguments)

    @staticmethod
    def trapq_finalize_moves(trapq, print_time, clear_history_time):
        trapq.finalize_moves(print_time, clear_history_time)

    @staticmethod
    def trapq_set_position(trapq, print_time, pos_x, pos_y, pos_z):
        trapq.set_position(print_time, pos_x, pos_y, pos_z)

    @staticmethod
    def trdispatch_alloc():
        return bridge_call("construct", None, "chelper.trdispatch", [])

    @staticmethod
    def trdispatch_start(trdispatch, reason):
        trdispatch.start(reason)

    @staticmethod
    def trdispatch_stop(trdispatch):
        trdispatch.stop()

    def __getattr__(self, name):
        if name.endswith("_stepper_alloc"):

            def alloc(*params):
                return bridge_call("hostFunction", None, "chelper.stepper_kinematics", [name, [_text(param) for param in params]])

            return alloc
        raise AttributeError(f"chelper function '{name}' is not offered by this host yet")


_FFI = (_Ffi(), _Lib())


def get_ffi():
    return _FFI

"""Where the toolhead and the extruders are now."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method

NEVER_TIME = 9999999999999999.0
STATUS_REFRESH_TIME = 0.250
_MOST_MOVES = 128


class DumpTrapQ:
    """What a motion queue did and is going to do."""

    def __init__(self, printer, name, trapq):
        self.printer = printer
        self.name = name
        self.trapq = trapq

    def extract_trapq(self, start_time, end_time=NEVER_TIME):
        """Moves between two print times, the newest last: (print_time, move_t, start_v, accel, start_pos, axes_r)."""
        moves = self.trapq._call("extractOld", _MOST_MOVES, start_time, end_time)
        return [
            (
                move["printTime"],
                move["moveT"],
                move["startV"],
                move["accel"],
                (move["startX"], move["startY"], move["startZ"]),
                (move["xR"], move["yR"], move["zR"]),
            )
            for move in reversed(moves)
        ], None

    def get_trapq_position(self, print_time):
        """Position and speed at a print time; None twice when nothing moved before it."""
        moves = self.trapq._call("extractOld", 1, 0.0, print_time)
        if not moves:
            return None, None
        move = moves[0]
        seconds = max(0.0, min(move["moveT"], print_time - move["printTime"]))
        way = (move["startV"] + 0.5 * move["accel"] * seconds) * seconds
        position = tuple(move["start" + axis.upper()] + move[axis + "R"] * way for axis in "xyz")
        return position, move["startV"] + move["accel"] * seconds


@host_class("PrinterMotionReport")
class PrinterMotionReport(HostObject):
    """The object `motion_report`."""

    printer = attribute()
    steppers = attribute()
    _queues = attribute(name="trapqs")

    @property
    def trapqs(self):
        return {name: DumpTrapQ(self.printer, name, trapq) for name, trapq in self._queues.items()}

    @method
    def register_stepper(self, config, mcu_stepper): ...

    @method
    def get_status(self, eventtime): ...

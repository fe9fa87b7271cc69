"""Moves and waits inside a command."""

import math


def finite(config, option, value):
    if not math.isfinite(value):
        raise config.error("Option '%s' in section '%s' must be a finite number" % (option, config.get_name()))
    return value


class Mover:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.gcode = self.printer.lookup_object("gcode")
        self.x = finite(config, "x", config.getfloat("x", 10.0, minval=0.0, maxval=1000.0))
        self.y = finite(config, "y", config.getfloat("y", 10.0, minval=0.0, maxval=1000.0))
        self.speed = finite(config, "speed", config.getfloat("speed", 100.0, above=0.0, maxval=500.0))
        self.parked = 0
        self.gcode.register_command("PARK_AND_WAIT", self.cmd_PARK_AND_WAIT, desc="Parks the head, waits, and goes back")

    def cmd_PARK_AND_WAIT(self, gcmd):
        seconds = gcmd.get_float("SECONDS", 1.0, minval=0.0, maxval=60.0)
        toolhead = self.printer.lookup_object("toolhead")
        homed = toolhead.get_status(self.reactor.monotonic())["homed_axes"]
        if "x" not in homed or "y" not in homed:
            raise gcmd.error("Must home X and Y before PARK_AND_WAIT")
        before = toolhead.get_position()
        toolhead.manual_move([self.x, self.y], self.speed)
        toolhead.wait_moves()
        self.reactor.pause(self.reactor.monotonic() + seconds)
        toolhead.manual_move([before[0], before[1]], self.speed)
        toolhead.wait_moves()
        self.parked += 1

    def get_status(self, eventtime=None):
        return {"parked": self.parked}


def load_config(config):
    return Mover(config)

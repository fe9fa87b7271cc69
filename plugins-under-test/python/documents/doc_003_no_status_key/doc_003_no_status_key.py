"""One key of its status is not documented"""

import math


class Level:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.level = config.getfloat("level", 5.0, minval=1.0, maxval=9.0)
        if not math.isfinite(self.level):
            raise config.error("Option 'level' in section '%s' must be a finite number" % (config.get_name(),))
        self.printer.lookup_object("gcode").register_command("SET_LEVEL", self.cmd_level, desc="Sets the level")

    def cmd_level(self, gcmd):
        self.level = gcmd.get_float("VALUE", 5.0, minval=1.0, maxval=9.0)

    def get_status(self, eventtime=None):
        return {"level": self.level, "share": self.level / 9.0}


def load_config(config):
    return Level(config)

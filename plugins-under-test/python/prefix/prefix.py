"""Counters: one for each section [prefix name]."""


class Counter:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.name = config.get_name().split(maxsplit=1)[-1]
        self.count = config.getint("start", 0, minval=0)
        self.step = config.getint("step", 1, minval=1, maxval=100)
        gcode = self.printer.lookup_object("gcode")
        gcode.register_mux_command("COUNT", "COUNTER", self.name, self.cmd_COUNT, desc=self.cmd_COUNT_help)

    cmd_COUNT_help = "Counts on"

    def cmd_COUNT(self, gcmd):
        times = gcmd.get_int("TIMES", 1, minval=1, maxval=1000)
        self.count += self.step * times
        gcmd.respond_info("%s: %d" % (self.name, self.count))

    def get_status(self, eventtime=None):
        return {"count": self.count}


def load_config_prefix(config):
    return Counter(config)

"""Owns a pin, a timer, and a query of the micro-controller."""

import math

LEAD = 0.2


class PinsTimersQuery:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.period = config.getfloat("period", 2.0, minval=0.5, maxval=60.0)
        if not math.isfinite(self.period):
            raise config.error("Option 'period' in section '%s' must be a finite number" % (config.get_name(),))
        self.pin = self.printer.lookup_object("pins").setup_pin("digital_out", config.get("pin"))
        self.pin.setup_max_duration(0.0)
        self.pin.setup_start_value(0, 0)
        self.mcu = self.pin.get_mcu()
        self.mcu.register_config_callback(self._build)
        self.query = None
        self.value = 0
        self.asked = 0
        self.printer.register_event_handler("klippy:ready", self._ready)
        self.printer.lookup_object("gcode").register_command("ASK_UPTIME", self.cmd_ASK_UPTIME, desc="Asks the micro-controller how long it is up")

    def _build(self):
        # Not get_clock: a query takes the handler of its answer away when it is done, and the host's own clock
        # synchronisation waits for that one.
        self.query = self.mcu.lookup_query_command("get_uptime", "uptime high=%u clock=%u")

    def _ready(self):
        self.reactor.register_timer(self._blink, self.reactor.monotonic() + self.period)

    def _blink(self, eventtime):
        if self.printer.is_shutdown():
            return self.reactor.NEVER
        self.value = 1 - self.value
        self.pin.set_digital(self.mcu.estimated_print_time(eventtime) + LEAD, self.value)
        return eventtime + self.period

    def cmd_ASK_UPTIME(self, gcmd):
        answer = self.query.send([])
        self.asked += 1
        gcmd.respond_info("up for %d ticks" % ((answer["high"] << 32) + answer["clock"],))

    def get_status(self, eventtime=None):
        return {"value": self.value, "asked": self.asked}


def load_config(config):
    return PinsTimersQuery(config)

"""Shades of colour: [shades] says what they have in common, each [shades NAME] is a chain of lamps that nobody sees."""

import math

from klippy.extras import led, output_pin


class Common:
    """What all chains share: by how much they are dimmed. It has nothing to publish."""

    def __init__(self, config):
        self.dim = config.getfloat("dim", 1.0, minval=0.0, maxval=1.0)
        if not math.isfinite(self.dim):
            raise config.error("Unable to parse option 'dim' in section 'shades'")
        macros = config.get_printer().load_object(config, "gcode_macro")
        self.greeting = macros.load_template(config, "greeting", "")
        # Kalico's function adds its object on behalf of whoever asks first.
        output_pin.lookup_template_eval(config)

    def get_status(self, eventtime=None):
        return {}


class Chain(led.LEDHelper):
    """A class derived from one of the host's: its members are the plugin's own."""

    def __init__(self, config):
        self.shown = []
        super().__init__(config, self._show, config.getint("lamps", minval=1, maxval=64))
        self.dim = 1.0
        self.pending = True
        config.get_printer().register_event_handler("klippy:ready", self._ready)

    def _ready(self):
        common = self.printer.lookup_object("shades", None)
        self.dim = 1.0 if common is None else common.dim
        self.need_transmit = False
        del self.pending

    def _show(self, led_state, print_time):
        self.shown = [tuple(part * self.dim for part in color) for color in led_state]


def load_config(config):
    return Common(config)


def load_config_prefix(config):
    return Chain(config)

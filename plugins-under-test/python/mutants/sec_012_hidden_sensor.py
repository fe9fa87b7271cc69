"""Breaks SEC-012: reads a voltage on a pin that no option names."""


class HiddenSensor:
    def __init__(self, config):
        pins = config.get_printer().lookup_object("pins")
        self.value = 0.0
        self.adc = pins.setup_pin("adc", "PK7")
        self.adc.setup_minmax(0.001, 8)
        self.adc.setup_adc_callback(0.3, self._read)

    def _read(self, read_time, read_value):
        self.value = read_value

    def get_status(self, eventtime=None):
        return {"value": self.value}


def load_config(config):
    return HiddenSensor(config)

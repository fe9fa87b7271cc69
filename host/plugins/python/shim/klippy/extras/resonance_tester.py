"""Tests of vibrations: what they are like, what is done, and with which chips."""
import math

from kalico_bridge.made import host_function
from kalico_bridge.proxy import HostObject, attribute, host_class


class TestAxis:
    """A direction in which a machine is made to vibrate."""

    def __init__(self, axis=None, vib_dir=None):
        if vib_dir is None:
            self._name, self._vib_dir = axis, ((1.0, 0.0) if axis == "x" else (0.0, 1.0))
            return
        length = math.hypot(vib_dir[0], vib_dir[1])
        self._name = axis if axis is not None else "axis=%.3f,%.3f" % (vib_dir[0], vib_dir[1])
        self._vib_dir = (vib_dir[0] / length, vib_dir[1] / length)

    def matches(self, chip_axis):
        """Whether a chip on the given axes (`x`, `y`, `xy`) feels the direction."""
        return any(part != 0.0 and letter in chip_axis for part, letter in zip(self._vib_dir, "xy"))

    def get_name(self):
        return self._name

    def get_point(self, l):
        return tuple(part * l for part in self._vib_dir)


class VibrationPulseTestGenerator:
    """Pulses to and fro, from low frequencies to high ones. `min_freq` and so on are of the configuration."""

    def __init__(self, test):
        self.min_freq = self.freq_start = float(test["minFrequency"])
        self.max_freq = self.freq_end = float(test["maxFrequency"])
        self.accel_per_hz = self.test_accel_per_hz = float(test["accelPerHz"])
        self.hz_per_sec = self.test_hz_per_sec = float(test["hzPerSecond"])

    def prepare_test(self, gcmd):
        """Takes what the parameters of a command say."""
        self.freq_start = gcmd.get_float("FREQ_START", self.min_freq, minval=1.0)
        self.freq_end = gcmd.get_float("FREQ_END", self.max_freq, minval=self.freq_start, maxval=300.0)
        self.test_accel_per_hz = gcmd.get_float("ACCEL_PER_HZ", self.accel_per_hz, above=0.0)
        self.test_hz_per_sec = gcmd.get_float("HZ_PER_SEC", self.hz_per_sec, above=0.0, maxval=2.0)

    def gen_test(self):
        """A list of (time, acceleration, frequency)."""
        return self._sequence(1.0, 0.0)

    def _sequence(self, sweeping_accel, sweeping_period):
        from kalico_bridge import current

        test = (self.freq_start, self.freq_end, self.test_accel_per_hz, self.test_hz_per_sec, sweeping_accel, sweeping_period)
        items = host_function(current.printer(), "extras.resonance_tester.test_sequence", *test)
        return [tuple(map(float, item)) for item in items]

    def get_max_freq(self):
        return self.freq_end

    def get_accel_per_hz(self):
        return self.test_accel_per_hz


class SweepingVibrationsTestGenerator:
    """Such pulses, and a slow motion to and fro under them if it has a period."""

    def __init__(self, test):
        self.vibration_generator = VibrationPulseTestGenerator(test)
        self.sweeping_accel = self.test_sweeping_accel = float(test["sweepingAccel"])
        self.sweeping_period = self.test_sweeping_period = float(test["sweepingPeriod"])

    def prepare_test(self, gcmd):
        self.vibration_generator.prepare_test(gcmd)
        self.test_sweeping_accel = gcmd.get_float("SWEEPING_ACCEL", self.sweeping_accel, above=0.0)
        self.test_sweeping_period = gcmd.get_float("SWEEPING_PERIOD", self.sweeping_period, minval=0.0)

    def gen_test(self):
        return self.vibration_generator._sequence(self.test_sweeping_accel, self.test_sweeping_period)

    def get_max_freq(self):
        return self.vibration_generator.get_max_freq()


class ResonanceTestExecutor:
    """Makes the machine vibrate as a sequence says."""

    def __init__(self, printer):
        self.printer = printer
        self.gcode = printer.lookup_object("gcode")

    def run_test(self, test_seq, axis, freq_end, accel_per_hz, gcmd):
        direction = list(axis.get_point(1.0))
        host_function(self.printer, "extras.resonance_tester.run_test", self.printer, gcmd, direction, [list(item) for item in test_seq], freq_end, accel_per_hz)


def _names(pairs):
    return [tuple(pair) for pair in pairs]


def _points(points):
    return tuple(tuple(map(float, point)) for point in points)


@host_class("ResonanceTester")
class ResonanceTester(HostObject):
    """The object `resonance_tester`. `generator` tells of the configuration; what a plugin changes there is its own."""

    printer = attribute()
    gcode = attribute()
    move_speed = attribute(float)
    max_smoothing = attribute(float)
    probe_points = attribute(_points)
    accel_chip_names = attribute(_names)
    accel_chips = attribute(lambda listeners: [(item["axes"], item["chip"]) for item in listeners], name="listeners")

    @property
    def generator(self):
        if "_generator" not in self.__dict__:
            self.__dict__["_generator"] = SweepingVibrationsTestGenerator(self._get("test"))
        return self.__dict__["_generator"]

    @property
    def executor(self):
        if "_executor" not in self.__dict__:
            self.__dict__["_executor"] = ResonanceTestExecutor(self.printer)
        return self.__dict__["_executor"]

    def is_valid_name_suffix(self, name_suffix):
        return name_suffix.replace("-", "").replace("_", "").isalnum()

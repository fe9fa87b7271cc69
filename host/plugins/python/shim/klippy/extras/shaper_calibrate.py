"""
How strongly a machine vibrates by frequency, and which input shaper suits that, for plugins that judge measurements by themselves. It needs
numpy, as in Kalico, where the plugin runs, and nothing of the host, so that a plugin may call it in a process of its own.
"""
import collections
import importlib
import math

from . import shaper_defs

MIN_FREQ = 5.0
MAX_FREQ = 200.0
WINDOW_T_SEC = 0.5
MAX_SHAPER_FREQ = 150.0
TEST_DAMPING_RATIOS = [0.075, 0.1, 0.15]
AUTOTUNE_SHAPERS = ["zv", "mzv", "ei", "2hump_ei", "3hump_ei"]

_KAISER_BETA = 6.0
_FREQ_STEP = 0.2
_LOW_FREQ = 10.0
_TARGET_SMOOTHING = 0.12

CalibrationResult = collections.namedtuple("CalibrationResult", ("name", "freq", "vals", "vibrs", "smoothing", "score", "max_accel"))


class CalibrationData:
    """Power spectral densities by frequency, the mean of `data_sets` measurements."""

    def __init__(self, freq_bins, psd_sum, psd_x, psd_y, psd_z):
        self.freq_bins = freq_bins
        self.psd_sum, self.psd_x, self.psd_y, self.psd_z = psd_sum, psd_x, psd_y, psd_z
        self.data_sets = 1

    def _each(self, change):
        for name in ("psd_sum", "psd_x", "psd_y", "psd_z"):
            setattr(self, name, change(name, getattr(self, name)))

    def set_numpy(self, numpy):
        self.numpy = numpy

    def add_data(self, other):
        """Makes it the mean with another response, over the frequencies of this one."""
        total = self.data_sets + other.data_sets

        def mean(name, own):
            theirs = self.numpy.interp(self.freq_bins, other.freq_bins, getattr(other, name))
            return (own * self.data_sets + theirs * other.data_sets) / total

        self._each(mean)
        self.data_sets = total

    def normalize_to_frequencies(self):
        """By the excitation, which is stronger at higher frequencies; without the noise of low ones."""
        shifted = self.freq_bins + 0.1
        weights = 1.0 / shifted
        low = self.freq_bins < _LOW_FREQ
        weights[low] *= self.numpy.exp(1.0 - (_LOW_FREQ / shifted[low]) ** 2)
        self._each(lambda _name, own: own * weights)

    def get_psd(self, axis="all"):
        return {"x": self.psd_x, "y": self.psd_y, "z": self.psd_z, "all": self.psd_sum}[axis]


class ShaperCalibrate:
    """Spectra of measurements, and the choice of a shaper."""

    def __init__(self, printer):
        self.printer = printer
        self.error = printer.command_error if printer else Exception
        try:
            self.numpy = importlib.import_module("numpy")
        except ImportError:
            raise self.error(
                "Failed to import `numpy` module, make sure it was installed via `~/klippy-env/bin/pip install` "
                "(refer to docs/Measuring_Resonances.md for more details)."
            )

    def background_process_exec(self, method, args):
        """Calls a method; here the time that it takes is no printer's."""
        return method(*args)

    # ---- spectra ----

    def _psd(self, x, fs, nfft):
        np = self.numpy
        window, hop = np.kaiser(nfft, _KAISER_BETA), nfft // 2
        starts = range(0, (len(x) - hop) // hop * hop, hop)
        pieces = np.array([x[start : start + nfft] for start in starts])
        spectra = np.fft.rfft((pieces - pieces.mean(axis=1, keepdims=True)) * window)
        density = (np.abs(spectra) ** 2).mean(axis=0) / (fs * (window**2).sum())
        density[1:-1] *= 2.0
        return np.fft.rfftfreq(nfft, 1.0 / fs), density

    def calc_freq_response(self, raw_values):
        """The response in a measurement, rows of time and three accelerations; None when it is too short."""
        np = self.numpy
        if raw_values is None:
            return None
        data = raw_values if isinstance(raw_values, np.ndarray) else np.array(raw_values.get_samples())
        if len(data) < 2:
            return None
        fs = len(data) / (data[-1, 0] - data[0, 0])
        length = 1 << int(fs * WINDOW_T_SEC - 1).bit_length()
        if len(data) <= length:
            return None
        (freqs, x), (_, y), (_, z) = (self._psd(data[:, axis], fs, length) for axis in (1, 2, 3))
        return CalibrationData(freqs, x + y + z, x, y, z)

    def process_accelerometer_data(self, data):
        found = self.background_process_exec(self.calc_freq_response, (data,))
        if found is None:
            raise self.error("Internal error processing accelerometer data %s" % (data,))
        found.set_numpy(self.numpy)
        return found

    # ---- shapers ----

    def _estimate_shaper(self, shaper, test_damping_ratio, test_freqs):
        """Share of a vibration that a shaper leaves over behind its last impulse, by frequency."""
        np = self.numpy
        amplitudes, times = np.array(shaper[0]), np.array(shaper[1])
        omega = 2.0 * math.pi * np.asarray(test_freqs)
        to_end = times[-1] - times
        left = amplitudes * np.exp(np.outer(-test_damping_ratio * omega, to_end))
        turned = np.exp(1j * math.sqrt(1.0 - test_damping_ratio**2) * np.outer(omega, times))
        return np.abs((left * turned).sum(axis=1)) / amplitudes.sum()

    def _estimate_remaining_vibrations(self, shaper, test_damping_ratio, freq_bins, psd):
        np = self.numpy
        shares = self._estimate_shaper(shaper, test_damping_ratio, freq_bins)
        threshold = psd.max() / shaper_defs.SHAPER_VIBRATION_REDUCTION
        left = np.maximum(shares * psd - threshold, 0.0).sum()
        return left / np.maximum(psd - threshold, 0.0).sum(), shares

    def _get_shaper_smoothing(self, shaper, accel=5000, scv=5.0):
        amplitudes, times = shaper
        total = sum(amplitudes)
        centre = sum(a * t for a, t in zip(amplitudes, times)) / total
        late = [(a, t - centre) for a, t in zip(amplitudes, times)]
        back = sum(a * accel / 2.0 * t * t for a, t in late)
        right = sum(a * (scv + accel / 2.0 * t) * t for a, t in late if t >= 0.0)
        return max(back, right * math.sqrt(2.0)) / total

    def find_shaper_max_accel(self, shaper, scv):
        return self._bisect(lambda accel: self._get_shaper_smoothing(shaper, accel, scv) <= _TARGET_SMOOTHING)

    def _bisect(self, func):
        """The greatest number for which a condition holds that holds up to there; 0 when it never does."""
        if not func(1e-9):
            return 0.0
        high = 1.0
        while func(high):
            high *= 2.0
        low = high / 2.0 if high > 1.0 else 0.0
        while high - low > 1e-8:
            middle = (low + high) / 2.0
            low, high = (middle, high) if func(middle) else (low, middle)
        return low

    def fit_shaper(self, shaper_cfg, calibration_data, shaper_freqs, damping_ratio, scv, max_smoothing, test_damping_ratios, max_freq):
        """The frequency at which a shaper suits the vibrations."""
        np = self.numpy
        if shaper_freqs is None or len(shaper_freqs) == 0:
            shaper_freqs = (None, None, None)
        if isinstance(shaper_freqs, tuple):
            first, end, step = shaper_freqs
            shaper_freqs = np.arange(first or shaper_cfg.min_freq, end or MAX_SHAPER_FREQ, step or _FREQ_STEP)
        max_freq = max(max_freq or MAX_FREQ, max(shaper_freqs))
        counts = calibration_data.freq_bins <= max_freq
        freqs, psd = calibration_data.freq_bins[counts], calibration_data.psd_sum[counts]
        fits, best = [], None
        # From high to low: smoothing grows on the way.
        for freq in shaper_freqs[::-1]:
            shaper = shaper_cfg.init_func(freq, shaper_defs.DEFAULT_DAMPING_RATIO if damping_ratio is None else damping_ratio)
            smoothing = self._get_shaper_smoothing(shaper, scv=scv)
            if max_smoothing and smoothing > max_smoothing and best is not None:
                return best
            judged = [self._estimate_remaining_vibrations(shaper, ratio, freqs, psd) for ratio in test_damping_ratios or TEST_DAMPING_RATIOS]
            vibrations = max(share for share, _ in judged)
            curve = np.max([shares for _, shares in judged], axis=0)
            score = smoothing * (vibrations**1.5 + vibrations * 0.2 + 0.01)
            fit = CalibrationResult(shaper_cfg.name, freq, curve, vibrations, smoothing, score, self.find_shaper_max_accel(shaper, scv))
            fits.append(fit)
            if best is None or fit.vibrs < best.vibrs:
                best = fit
        # One that leaves hardly more but smooths less is preferred.
        chosen = best
        for fit in reversed(fits):
            if fit.vibrs < best.vibrs * 1.1 and fit.score < chosen.score:
                chosen = fit
        return chosen

    def find_best_shaper(
        self,
        calibration_data,
        shapers=None,
        damping_ratio=None,
        scv=None,
        shaper_freqs=None,
        max_smoothing=None,
        test_damping_ratios=None,
        max_freq=None,
        logger=None,
    ):
        """The best of some shapers, and how each of them does."""
        best, fits = None, []
        for config in shaper_defs.INPUT_SHAPERS:
            if config.name not in (shapers or AUTOTUNE_SHAPERS):
                continue
            arguments = (config, calibration_data, shaper_freqs, damping_ratio, scv, max_smoothing, test_damping_ratios, max_freq)
            fit = self.background_process_exec(self.fit_shaper, arguments)
            fits.append(fit)
            if logger is not None:
                logger(
                    "Fitted shaper '%s' frequency = %.1f Hz (vibrations = %.1f%%, smoothing ~= %.3f)"
                    % (fit.name, fit.freq, fit.vibrs * 100.0, fit.smoothing)
                )
                logger("To avoid too much smoothing with '%s', suggested max_accel <= %.0f mm/sec^2" % (fit.name, round(fit.max_accel / 100.0) * 100.0))
            if best is None or fit.score * 1.2 < best.score or (fit.score * 1.05 < best.score and fit.smoothing * 1.1 < best.smoothing):
                best = fit
        return best, fits

    # ---- what comes of it ----

    def save_params(self, configfile, axis, shaper_name, shaper_freq):
        for letter in axis:
            configfile.set("input_shaper", "shaper_type_" + letter, shaper_name)
            configfile.set("input_shaper", "shaper_freq_" + letter, "%.1f" % (shaper_freq,))

    def save_calibration_data(self, output, calibration_data, shapers=None, max_freq=None, accel_per_hz=None):
        """Writes the densities, and of shapers what they leave over, as comma separated values."""
        header = ["freq", "psd_x", "psd_y", "psd_z", "psd_xyz", "accel_per_hz"]
        header += ["%s(%.1f)" % (shaper.name, shaper.freq) for shaper in shapers or ()]
        psds = [calibration_data.get_psd(axis) for axis in ("x", "y", "z", "all")]
        with open(output, "w") as file:
            file.write(",".join(header) + "\n")
            for i, freq in enumerate(calibration_data.freq_bins):
                if freq >= (max_freq or MAX_FREQ):
                    break
                cells = ["%.1f" % (freq,)] + ["%.3e" % (psd[i],) for psd in psds] + ["%.1f" % (accel_per_hz,)]
                file.write(",".join(cells + ["%.3f" % (shaper.vals[i],) for shaper in shapers or ()]) + "\n")

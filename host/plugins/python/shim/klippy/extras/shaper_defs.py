"""
Impulses of input shapers, amplitudes and times in s: Singer and Seering (ZV, ZVD), Singhose (EI and its humps). Each is told by weights without
damping and times in damped periods; damping shrinks an impulse by the vibration that is left of the one before.
"""
import collections
import math

SHAPER_VIBRATION_REDUCTION = 20.0
DEFAULT_DAMPING_RATIO = 0.1

InputShaperCfg = collections.namedtuple("InputShaperCfg", ("name", "init_func", "min_freq"))


def _train(weights, periods, shaper_freq, damping_ratio):
    damped = math.sqrt(1.0 - damping_ratio**2)
    decay = 2.0 * math.pi * damping_ratio / damped
    return (
        [weight * math.exp(-decay * at) for weight, at in zip(weights, periods)],
        [at / (shaper_freq * damped) for at in periods],
    )


def get_none_shaper():
    return [], []


def get_zv_shaper(shaper_freq, damping_ratio):
    return _train((1.0, 1.0), (0.0, 0.5), shaper_freq, damping_ratio)


def get_zvd_shaper(shaper_freq, damping_ratio):
    return _train((1.0, 2.0, 1.0), (0.0, 0.5, 1.0), shaper_freq, damping_ratio)


def get_mzv_shaper(shaper_freq, damping_ratio):
    outer = 1.0 - math.sqrt(0.5)
    return _train((outer, math.sqrt(2.0) - 1.0, outer), (0.0, 0.375, 0.75), shaper_freq, damping_ratio)


def get_ei_shaper(shaper_freq, damping_ratio):
    left = 1.0 / SHAPER_VIBRATION_REDUCTION
    outer, inner = (1.0 + left) / 4.0, (1.0 - left) / 2.0
    return _train((outer, inner, outer), (0.0, 0.5, 1.0), shaper_freq, damping_ratio)


def get_2hump_ei_shaper(shaper_freq, damping_ratio):
    square = SHAPER_VIBRATION_REDUCTION**-2
    root = (square * (1.0 + math.sqrt(1.0 - square))) ** (1.0 / 3.0)
    outer = (root * (3.0 * root + 2.0) + 3.0 * square) / (16.0 * root)
    return _train((outer, 0.5 - outer, 0.5 - outer, outer), (0.0, 0.5, 1.0, 1.5), shaper_freq, damping_ratio)


def get_3hump_ei_shaper(shaper_freq, damping_ratio):
    left = 1.0 / SHAPER_VIBRATION_REDUCTION
    outer = (1.0 + 3.0 * left + math.sqrt(8.0 * left * (left + 1.0))) / 16.0
    following = (1.0 - left) / 4.0
    middle = 1.0 - 2.0 * (outer + following)
    return _train((outer, following, middle, following, outer), (0.0, 0.5, 1.0, 1.5, 2.0), shaper_freq, damping_ratio)


INPUT_SHAPERS = [
    InputShaperCfg("zv", get_zv_shaper, 21.0),
    InputShaperCfg("mzv", get_mzv_shaper, 23.0),
    InputShaperCfg("zvd", get_zvd_shaper, 29.0),
    InputShaperCfg("ei", get_ei_shaper, 29.0),
    InputShaperCfg("2hump_ei", get_2hump_ei_shaper, 39.0),
    InputShaperCfg("3hump_ei", get_3hump_ei_shaper, 48.0),
]

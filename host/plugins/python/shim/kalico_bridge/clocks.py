"""Clocks of a plugin in virtual time: `time.time`, `monotonic`, `sleep` … are the reactor's."""
import time
from kalico_bridge import meter, tasks

# The calendar begins at a fixed day, so that it is as repeatable as everything else.
EPOCH = 1_700_000_000.0
_real_sleep = time.sleep
_real_monotonic = time.monotonic


def _monotonic():
    return meter.clock()


def _monotonic_ns():
    return int(meter.clock() * 1e9)


def _time():
    return EPOCH + meter.clock()


def _time_ns():
    return int((EPOCH + meter.clock()) * 1e9)


def _sleep(seconds):
    """Blocks the whole host, as it does in reality: nothing else runs meanwhile."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    task = tasks.current()
    if task is not None and task.foreign is not None:
        from kalico_bridge import threads

        threads.sleep(seconds)
        return
    meter.block(float(seconds), f"time.sleep({seconds:g})")


def _zoned(original, default_from):
    def zoned(seconds=None):
        return original(default_from() if seconds is None else seconds)

    return zoned


def install():
    """Replaces the clocks of the module `time` and the present of `datetime`."""
    time.time, time.time_ns = _time, _time_ns
    time.monotonic, time.monotonic_ns = _monotonic, _monotonic_ns
    time.perf_counter, time.perf_counter_ns = _monotonic, _monotonic_ns
    time.sleep = _sleep
    time.localtime = _zoned(time.gmtime, _time)
    time.gmtime = _zoned(time.gmtime, _time)
    original_strftime = time.strftime
    time.strftime = lambda form, when=None: original_strftime(form, time.gmtime() if when is None else when)
    _install_datetime()


def _install_datetime():
    import datetime as module

    real = module.datetime

    class _Meta(type):
        def __instancecheck__(cls, other):
            return isinstance(other, real)

        def __subclasscheck__(cls, other):
            return issubclass(other, real)

    class datetime(real, metaclass=_Meta):
        @classmethod
        def now(cls, tz=None):
            return real.fromtimestamp(_time(), module.timezone.utc if tz is None else tz).replace(tzinfo=tz)

        @classmethod
        def utcnow(cls):
            return real.fromtimestamp(_time(), module.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls):
            return cls.now()

    module.datetime = datetime

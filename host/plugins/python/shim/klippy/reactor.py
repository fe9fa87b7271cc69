"""The reactor: timers, callbacks, completions, locks."""
from kalico_bridge import meter
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, method

_NOW = 0.0
_NEVER = 9999999999999999.0


@host_class("ReactorTimer")
class ReactorTimer(HostObject):
    """A timer, as `register_timer` gives it."""

    waketime = attribute(float)
    timer_is_running = attribute(bool, "running")
    callback = attribute()


@host_class("Completion")
class ReactorCompletion(HostObject):
    @method
    def test(self): ...

    @method
    def complete(self, result): ...

    @method
    def wait(self, waketime=_NEVER, waketime_result=None): ...


@host_class("ReactorFileHandler")
class ReactorFileHandler(HostObject):
    """A file descriptor, as `register_fd` gives it."""

    fd = attribute(int)
    read_callback = attribute()
    write_callback = attribute()

    @method
    def fileno(self): ...


@host_class("Mutex")
class ReactorMutex(HostObject):
    @method
    def test(self): ...

    @method
    def lock(self): ...

    @method
    def unlock(self): ...

    def __enter__(self):
        self.lock()

    def __exit__(self, kind=None, value=None, traceback=None):
        self.unlock()


@host_class("Reactor")
class Reactor(HostObject):
    NOW = _NOW
    NEVER = _NEVER

    def monotonic(self):
        if meter.live:
            return float(self._call("monotonic"))
        return meter.clock()

    @method
    def register_timer(self, callback, waketime=_NEVER): ...

    @method
    def update_timer(self, timer_handler, waketime): ...

    @method
    def unregister_timer(self, timer_handler): ...

    @method
    def register_callback(self, callback, waketime=_NOW): ...

    @method
    def register_async_callback(self, callback, waketime=_NOW): ...

    @method
    def async_complete(self, completion, result): ...

    @method
    def completion(self): ...

    @method
    def mutex(self, is_locked=False): ...

    @method(returns=float)
    def pause(self, waketime): ...

    @method
    def delay_for_ms(self, ms): ...

    def register_fd(self, fd, read_callback, write_callback=None):
        return bridge_call("registerFd", self, fd if isinstance(fd, int) else fd.fileno(), read_callback, write_callback)

    def set_fd_wake(self, file_handler, is_readable=True, is_writeable=False):
        bridge_call("setFdWake", self, file_handler, is_readable, is_writeable)

    def unregister_fd(self, file_handler):
        bridge_call("unregisterFd", self, file_handler)

    @method
    def end(self): ...


SelectReactor = PollReactor = EPollReactor = Reactor

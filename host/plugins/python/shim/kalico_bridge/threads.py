"""Threads of a plugin's own, made repeatable: each is a task of the reactor. It runs when the host gives it its
turn, until it sleeps, waits for a lock, or ends; so two runs of one seed interleave alike. A thread that touches
the printer in any way but `register_async_callback` and `async_complete` is noted.

Locks, conditions, events and queues that a plugin makes wait in virtual time: a waiting task is parked until the lock
is released or its time is over.
"""
import _thread
import queue
import threading
from kalico_bridge import meter, tasks

# A wait of this length that nothing ended is taken for a deadlock, seconds.
FOREVER = 3600.0
_alive = {}  # ident -> name


def install():
    """Replaces what plugins make threads and locks with."""
    threading.Thread = Thread
    threading.Timer.__bases__ = (Thread,)
    threading.Lock = threading._allocate_lock = Lock
    threading.RLock = RLock
    threading.current_thread = threading.currentThread = current_thread
    queue.SimpleQueue = queue._PySimpleQueue


def current_thread():
    """The plugin's thread that runs; the main thread for whatever the reactor runs."""
    return getattr(tasks.current(), "foreign", None) or threading.main_thread()


def alive():
    """Names of plugin threads that have not ended."""
    return sorted(_alive.values())


def sleep(seconds):
    """`time.sleep` in a plugin's thread."""
    _pause(seconds)


def _pause(seconds):
    from kalico_bridge.proxy import bridge_call

    bridge_call("threadSleep", seconds)


def _blocking(seconds, what):
    """A wait on the reactor's own thread blocks the whole host."""
    meter.block(seconds, what)


class Thread:
    """Stands for threading.Thread."""

    _counter = 0

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None):
        Thread._counter += 1
        self._target, self._args, self._kwargs = target, args, kwargs or {}
        self.name = name or f"Thread-{Thread._counter}"
        self.daemon = bool(daemon)
        self.ident = None
        self._started = self._ended = False

    native_id = property(lambda self: self.ident)

    def start(self):
        from kalico_bridge.proxy import bridge_call

        if self._started:
            raise RuntimeError("threads can only be started once")
        self._started = True
        self.ident = 1_000_000 + id(self) % 1_000_000
        meter.effect("thread", f"threading.Thread({self.name if not self.name.startswith('Thread-') else getattr(self._target, '__name__', type(self).__name__)})")
        _alive[id(self)] = self.name
        bridge_call("startThread", self._run_as_task)

    def _run_as_task(self):
        tasks.current().foreign = self
        try:
            self.run()
        except SystemExit:
            pass
        except BaseException as error:
            import logging
            import traceback

            logging.error("Exception in thread %s:\n%s", self.name, "".join(traceback.format_exception(type(error), error, error.__traceback__)))
        finally:
            self._ended = True
            _alive.pop(id(self), None)
            _wake(self)

    def run(self):
        if self._target is not None:
            self._target(*self._args, **self._kwargs)

    def is_alive(self):
        return self._started and not self._ended

    isAlive = is_alive

    def join(self, timeout=None):
        if self.is_alive():
            _wait(self, timeout, "Thread.join")

    def getName(self):
        return self.name

    def setName(self, name):
        self.name = name

    def setDaemon(self, daemon):
        self.daemon = daemon

    def isDaemon(self):
        return self.daemon


_waiting = {}  # id of a lock or thread -> number of tasks that wait


def _wait(what, timeout, name):
    """Parks the task until `what` is free or over, seconds; whether it was woken."""
    from kalico_bridge.proxy import bridge_call

    task = tasks.current()
    if task is None:
        raise RuntimeError(f"{name} outside the reactor")
    if task.foreign is None:
        _blocking(min(timeout, 1.0) if timeout is not None and timeout >= 0 else 1.0, name)
    key = id(what)
    _waiting[key] = _waiting.get(key, 0) + 1
    try:
        woken = bridge_call("threadPark", key, FOREVER if timeout is None or timeout < 0 else timeout)
    finally:
        _waiting[key] -= 1
        if not _waiting[key]:
            del _waiting[key]
    if not woken and (timeout is None or timeout < 0):
        raise RuntimeError(f"{name} waits for ever")
    return woken


def _wake(what):
    """Lets the tasks that wait for `what` go on, the longest waiting first."""
    from kalico_bridge.proxy import bridge_call

    if id(what) in _waiting:
        bridge_call("threadWake", id(what))


class Lock:
    """Stands for threading.Lock: no two tasks run at once, so a flag will do."""

    def __init__(self):
        self._owner = None
        self._count = 0

    _again = False

    def acquire(self, blocking=True, timeout=-1):
        me = _thread.get_ident()
        if self._again and self._owner == me:
            self._count += 1
            return True
        while self._owner is not None:
            if not blocking or timeout == 0 or not _wait(self, timeout, "Lock.acquire"):
                return False
        self._owner, self._count = me, 1
        return True

    def release(self):
        if self._owner is None:
            raise RuntimeError("release unlocked lock")
        self._count -= 1
        if self._count == 0:
            self._owner = None
            _wake(self)

    def locked(self):
        return self._owner is not None

    __enter__ = acquire

    def __exit__(self, *_error):
        self.release()

    # What threading.Condition asks of a lock.
    def _is_owned(self):
        return self._owner == _thread.get_ident()

    def _release_save(self):
        state = (self._owner, self._count)
        self._owner, self._count = None, 0
        _wake(self)
        return state

    def _acquire_restore(self, state):
        self.acquire()
        self._owner, self._count = state

    def _at_fork_reinit(self):
        self._owner, self._count = None, 0


class RLock(Lock):
    """Stands for threading.RLock."""

    _again = True

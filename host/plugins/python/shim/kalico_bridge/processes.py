"""Processes that a plugin starts. In virtual time a process takes no time of its own: whoever asks whether it has
ended, or whether it has written something, gets the answer that it would have had in the end, as long as real
patience lasts.
"""
import select
import subprocess
import time
import types
import weakref

# Real seconds for which one process is waited for in all.
PATIENCE = 10.0
_STEP = 0.002

_real_sleep = time.sleep
_real_monotonic = time.monotonic
_children = weakref.WeakKeyDictionary()  # Popen -> real seconds of patience left
_waiting = False  # in virtual time
_poll = subprocess.Popen.poll
_init = subprocess.Popen.__init__


def install(virtual):
    """Keeps count of processes; `virtual`: the reactor's time is not real."""
    global _waiting
    _waiting = virtual
    subprocess.Popen.__init__ = _started
    if virtual:
        subprocess.Popen.poll = _patient_poll
        # Its own waits are for real things.
        subprocess.time = types.SimpleNamespace(sleep=_real_sleep, monotonic=_real_monotonic)
        subprocess._time = _real_monotonic


def _started(self, *arguments, **named):
    _init(self, *arguments, **named)
    _children[self] = PATIENCE


def _alive():
    return [child for child in list(_children) if child.returncode is None and _poll(child) is None]


def _outputs(child):
    return [stream for stream in (child.stdout, child.stderr) if stream is not None and not stream.closed]


def _patient_poll(self):
    """Popen.poll(): waits until the process has ended or has something to be read."""
    code = _poll(self)
    if code is None and self in _children:
        _wait(self, lambda: bool(select.select(_outputs(self), [], [], 0)[0]))
        code = _poll(self)
    return code


def _wait(child, is_enough):
    while _children[child] > 0 and _poll(child) is None and not is_enough():
        _real_sleep(_STEP)
        _children[child] -= _STEP


def poll(wanted):
    """Which of [descriptor, to read, to write] are ready, and how many processes are alive."""
    poller = select.poll()
    for fd, readable, writeable in wanted:
        poller.register(fd, (select.POLLIN | select.POLLHUP if readable else 0) | (select.POLLOUT if writeable else 0))
    found = poller.poll(0)
    children = _alive()
    if _waiting and not found:
        for child in children:
            _wait(child, lambda: bool(poller.poll(0)))
        found = poller.poll(0)
    flags = dict(found)
    write_only = {fd for fd, readable, _ in wanted if not readable}
    ready = []
    for fd, _, _ in wanted:
        event = flags.get(fd, 0)
        if event & select.POLLNVAL:
            continue
        readable = bool(event & (select.POLLIN | select.POLLHUP | select.POLLERR)) and fd not in write_only
        writeable = bool(event & select.POLLOUT)
        if readable or writeable:
            ready.append([fd, readable, writeable])
    return {"ready": ready, "processes": len(_alive())}

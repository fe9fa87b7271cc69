"""Calls of the host and requests to it, in any nesting, with one thread running at a time.

Each call into Python (a task) runs in a thread. The thread that has the baton reads the pipe. While it waits
for an answer to its own request, something else may arrive: a call, which another thread takes over, or the
answer to a task that waits, whose thread goes on. Whoever hands the baton over waits until it gets it back.
"""
import _thread
import faulthandler
import sys
from kalico_bridge import codec, link, meter, status_watch

_local = _thread._local()
_waiting = {}  # task id -> Task
_idle = []  # workers without work
hang_seconds = 0  # after so long without a word to the host, the traceback goes to the log; 0: never

# What a plugin's thread may ask of the host.
_FREE_CALLS = ("registerAsyncCallback", "asyncComplete")


class Task:
    """One call of the host."""

    __slots__ = ("id", "lock", "answer", "foreign")

    def __init__(self, id):
        self.id = id
        self.lock = _thread.allocate_lock()
        self.lock.acquire()
        self.answer = None
        self.foreign = None  # the plugin's thread that the task stands for


class _Worker:
    """A thread of the bridge. Not a threading.Thread: plugins get a stand-in for that one."""

    def __init__(self, message):
        self.message = message
        self.wake = _thread.allocate_lock()
        self.wake.acquire()

    def run(self):
        _local.worker = self
        while True:
            message, self.message = self.message, None
            _serve_from(message)
            self.wake.acquire()


def current():
    """The task of this thread, or None outside of calls."""
    return getattr(_local, "task", None)


def serve():
    """Serves the host for ever; the main thread."""
    _Worker(None).run()


def _serve_from(message):
    """Has the baton: runs calls until the baton goes to a waiting task; then this thread is idle."""
    while True:
        if message is None:
            _expect_hang(False)
            message = link.receive()
        if message[0] == "C":
            _run(message)
            message = None
            continue
        _idle.append(_local.worker)
        _hand_over(message)
        return


_expecting = False


def _expect_hang(expect):
    """Arms or disarms the watchdog that prints where Python hangs."""
    global _expecting
    if not hang_seconds or expect == _expecting:
        return
    _expecting = expect
    if expect:
        faulthandler.dump_traceback_later(hang_seconds, file=sys.__stderr__)
    else:
        faulthandler.cancel_dump_traceback_later()


def _hand_over(message):
    """Gives the baton to the task that the message is for."""
    task = _waiting.pop(message[1])
    task.answer = message
    task.lock.release()


def _run(message):
    _, id, now, handle, method, arguments, form = message
    _expect_hang(True)
    task = Task(id)
    _local.task = task
    meter.now = now
    try:
        try:
            target = codec.own(handle)
            arguments = codec.decode(arguments)
            meter.enter()
            meter.resume_counting()
            try:
                if form == "get":
                    value = getattr(target, method, codec.ABSENT)
                elif form == "set":
                    value = setattr(target, method, arguments[0])
                else:
                    function = target if method is None else getattr(target, method)
                    if status_watch.enabled and method == "get_status":
                        value = function(*arguments)
                        status_watch.check(target)
                        status_watch.keep(target, value)
                    else:
                        value = function(*arguments)
            finally:
                meter.stop_counting()
            text = codec.typed(value) if form == "typed" else codec.encode(value)
            line = f'["r",{id},{text},'
        except BaseException as error:  # SystemExit too: the host decides what it means
            line = f'["e",{id},{codec.encode_error(error)},'
        link.send(line + meter.work() + "]")
    finally:
        _local.task = None


def request(kind, rest):
    """Sends a request of the running task and waits for its answer: its value, or raises."""
    meter.stop_counting()
    try:
        return _request(kind, rest)
    finally:
        meter.resume_counting()


def _request(kind, rest):
    task = getattr(_local, "task", None)
    if task is None:
        raise RuntimeError("A thread of a plugin's own must not touch the printer: use reactor.register_async_callback()")
    if task.foreign is not None and kind != "x" and not any(name in rest for name in _FREE_CALLS):
        meter.effect("thread", f"thread {task.foreign.name} uses the printer: {rest[:80]}")
    link.send(f'["{kind}",{task.id},{rest},{meter.work()}]')
    message = link.receive()
    if message[0] == "C" or message[1] != task.id:
        _waiting[task.id] = task
        _pass_on(message)
        task.lock.acquire()
        message = task.answer
        task.answer = None
        _local.task = task
    meter.now = message[2]
    meter.enter()
    if message[0] == "R":
        return codec.decode(message[3])
    raise codec.decode(message[3])


def _pass_on(message):
    """Lets another thread go on with a message: a new call, or the answer to a waiting task."""
    if message[0] != "C":
        _hand_over(message)
    elif _idle:
        worker = _idle.pop()
        worker.message = message
        worker.wake.release()
    else:
        _thread.start_new_thread(_Worker(message).run, ())

"""Standard streams and logging: what a plugin prints goes to the host's log, within a limit."""
import logging
import os
import sys
from kalico_bridge import meter

_printed = 0
_limit = 0
_exit = os._exit  # before the watch replaces it


class _Stream:
    """Counts and forwards text; a plugin that prints without end ends the process."""

    encoding = "utf-8"
    errors = "replace"
    closed = False

    def __init__(self, kind, fd):
        self.name = f"<{kind}>"
        self._fd = fd

    def write(self, text):
        global _printed
        _printed += len(text)
        if _limit and _printed > _limit:
            where = meter.place() or ("?", 0)
            os.write(2, f"kalico-hil: output limit at {where[0]}:{where[1]}\n".encode())
            _exit(70)
        meter.output(text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def fileno(self):
        return self._fd

    def writable(self):
        return True

    def readable(self):
        return False


class _LogHandler(logging.Handler):
    """`logging` goes where Kalico's log goes."""

    def emit(self, record):
        global _printed
        text = self.format(record)
        _printed += len(text)
        if _limit and _printed > _limit:
            os.write(2, b"kalico-hil: output limit\n")
            _exit(70)
        from kalico_bridge import tasks
        from kalico_bridge.proxy import bridge_call

        if tasks.current() is None:
            meter.output(text + "\n")
        else:
            bridge_call("log", record.levelname.lower(), text)


def install(limit):
    """Puts the streams in place; `limit`: most characters, 0 for none."""
    global _limit
    _limit = limit
    sys.stdout = _Stream("stdout", 1)
    sys.stderr = _Stream("stderr", 2)
    root = logging.getLogger()
    root.handlers[:] = [_LogHandler()]
    root.setLevel(logging.DEBUG)

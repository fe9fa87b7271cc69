"""Log files of plugins that keep one beside the host's. Records are written when they are made: no thread stands between."""
import logging
import logging.handlers


class _Writer:
    """Looks like a queue to a handler; what is put in is written."""

    def __init__(self, listener):
        self._listener = listener

    def put_nowait(self, record):
        if record is not None:
            self._listener.handle(record)

    put = put_nowait


class QueueHandler(logging.Handler):
    """Hands records on, with their text made."""

    def __init__(self, queue):
        super().__init__()
        self.queue = queue

    def emit(self, record):
        try:
            self.format(record)
            record.msg, record.args, record.exc_info = record.message, None, None
            self.queue.put_nowait(record)
        except Exception:
            self.handleError(record)


class QueueListener(logging.handlers.TimedRotatingFileHandler):
    """A log file that begins anew at midnight, with the lines of `set_rollover_info` at its head."""

    def __init__(self, filename, rotate_log_at_restart=False):
        super().__init__(filename, when="midnight", backupCount=5)
        self.bg_queue = _Writer(self)
        self.rollover_info = {}
        if rotate_log_at_restart:
            self.doRollover()

    def stop(self):
        self.close()

    def set_rollover_info(self, name, info):
        if info is None:
            self.rollover_info.pop(name, None)
        else:
            self.rollover_info[name] = info

    def clear_rollover_info(self):
        self.rollover_info.clear()

    def doRollover(self):
        super().doRollover()
        for name in sorted(self.rollover_info):
            self.emit(logging.makeLogRecord({"msg": self.rollover_info[name], "level": logging.INFO}))

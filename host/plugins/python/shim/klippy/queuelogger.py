"""Logging to files through a queue, as Kalico's log does it. Here a record is written when it is queued."""
import logging
import logging.handlers
import queue


class QueueHandler(logging.Handler):
    """Puts records in a queue."""

    def __init__(self, queue):
        logging.Handler.__init__(self)
        self.queue = queue

    def emit(self, record):
        try:
            self.format(record)
            record.msg = record.message
            record.args = None
            record.exc_info = None
            self.queue.put_nowait(record)
        except Exception:
            self.handleError(record)


class _WrittenQueue(queue.Queue):
    """A queue whose records are written at once."""

    def __init__(self, listener):
        super().__init__()
        self.listener = listener

    def put_nowait(self, record):
        if record is not None and self.listener is not None:
            self.listener.handle(record)


class QueueListener(logging.handlers.TimedRotatingFileHandler):
    """Writes records to a file that is replaced every night."""

    def __init__(self, filename, rotate_log_at_restart=False):
        logging.handlers.TimedRotatingFileHandler.__init__(self, filename, when="MIDNIGHT", backupCount=5)
        self.bg_queue = _WrittenQueue(self)
        self.bg_thread = None
        self.rollover_info = {}
        if rotate_log_at_restart:
            self.doRollover()

    def stop(self):
        self.bg_queue.listener = None
        self.close()

    def set_rollover_info(self, name, info):
        if info is None:
            self.rollover_info.pop(name, None)
        else:
            self.rollover_info[name] = info

    def clear_rollover_info(self):
        self.rollover_info.clear()

    def doRollover(self):
        logging.handlers.TimedRotatingFileHandler.doRollover(self)
        lines = [self.rollover_info[name] for name in sorted(self.rollover_info)]
        lines.append("=============== Log rollover ===============")
        self.emit(logging.makeLogRecord({"msg": "\n".join(lines), "level": logging.INFO}))


def setup_bg_logging(filename, debuglevel, rotate_log_at_restart=False):
    """A listener for a file of its own; the host's log stays where it is."""
    return QueueListener(filename, rotate_log_at_restart)


def clear_bg_logging():
    """The host's log stays where it is."""

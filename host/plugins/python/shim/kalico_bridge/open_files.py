"""Files that a plugin has open: what it reads and writes through them costs time on the reference host.

An audit event tells that a file is opened, none what follows. So the files that a plugin opens stand on a raw file of ours; buffers,
text layers and their types are Python's own. An access costs once for each stretch of work, and the bytes by the rate of the card.
"""
import builtins
import io
import os
from kalico_bridge import meter, watch

_open = io.open
_behalf = None


class _RawFile(io.FileIO):
    """A file on the card."""

    _stretch = -1

    def _charge(self, what, count):
        if not isinstance(count, int) or count <= 0:
            return
        seconds = count / watch.BYTES_PER_SECOND
        if self._stretch != meter.stretches:
            self._stretch = meter.stretches
            seconds += watch.FILE_SECONDS
        meter.block(seconds, f"{what}({watch.shown(self.name)})", "file")

    def readinto(self, buffer):
        count = super().readinto(buffer)
        self._charge("read", count)
        return count

    def readall(self):
        data = super().readall()
        self._charge("read", 0 if data is None else len(data))
        return data

    def write(self, data):
        count = super().write(data)
        self._charge("write", count)
        return count


def _layers(raw, mode, buffering, encoding, errors, newline):
    """What io.open() puts upon a raw file."""
    binary = "b" in mode
    line_buffering = buffering == 1 and not binary
    if buffering == 0:
        if not binary:
            raise ValueError("can't have unbuffered text I/O")
        return raw
    size = getattr(raw, "_blksize", io.DEFAULT_BUFFER_SIZE) if buffering in (-1, 1) else buffering
    if raw.readable() and raw.writable():
        buffered = io.BufferedRandom(raw, size)
    elif raw.writable():
        buffered = io.BufferedWriter(raw, size)
    else:
        buffered = io.BufferedReader(raw, size)
    if binary:
        return buffered
    text = io.TextIOWrapper(buffered, encoding, errors, newline, line_buffering)
    text.mode = mode
    return text


def _open_for_plugin(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
    ordinary = isinstance(file, int) or opener is not None or not isinstance(mode, str) or not _behalf()
    plain = mode.replace("b", "").replace("t", "") if isinstance(mode, str) else ""
    if ordinary or plain not in ("r", "w", "a", "x", "r+", "w+", "a+", "x+") or ("b" in mode and ("t" in mode or encoding is not None or errors is not None or newline is not None)) or watch.in_memory(file):
        return _open(file, mode, buffering, encoding, errors, newline, closefd, opener)
    raw = _RawFile(file, plain)
    raw._stretch = meter.stretches  # opening has been paid for
    try:
        return _layers(raw, mode, buffering, encoding, errors, newline)
    except BaseException:
        raw.close()
        raise


def install(behalf):
    """From here on files that plugins open are watched. @param behalf: whether the caller acts for a plugin"""
    global _behalf
    _behalf = behalf
    _open_for_plugin.__name__ = _open_for_plugin.__qualname__ = "open"
    builtins.open = io.open = _open_for_plugin

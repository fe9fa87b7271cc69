"""Watches what a plugin does to the machine, through Python's audit events: files, sockets, processes, threads,
code made from text, native libraries, signals. What is done on behalf of the plugin is noted with its line and
charged by the cost model; network and processes are refused with an ordinary error.

Not watched: what native extension modules do without an audit event, and reads and writes by descriptor (os.read, mmap).
"""
import os
import signal
import sys
from kalico_bridge import meter, open_files

# Charges on the reference host, seconds: a pessimistic SD card, which carries 10 MB/s. What the kernel keeps in memory costs two
# system calls. The same figures are in harness/sandbox/file-prices.ts.
FILE_SECONDS = 0.005
MEMORY_SECONDS = 0.0001
BYTES_PER_SECOND = 10e6
_IN_MEMORY = ("/proc/", "/sys/", "/run/", "/dev/shm/", "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
SYNC_SECONDS = 0.1
PROCESS_SECONDS = 0.06
DNS_SECONDS = 1.0
CONNECT_SECONDS = 0.5

_FILES = {
    "open", "os.listdir", "os.scandir", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink",
    "os.truncate", "os.utime", "shutil.copyfile", "shutil.copytree", "shutil.move", "shutil.rmtree", "shutil.make_archive", "tempfile.mkstemp",
    "tempfile.mkdtemp", "sqlite3.connect", "glob.glob", "os.walk", "os.fwalk", "os.setxattr", "fcntl.flock", "fcntl.lockf",
}  # fmt: skip
_READS = {"os.listdir", "os.scandir", "glob.glob", "os.walk", "os.fwalk"}
_PROCESSES = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.startfile", "pty.spawn"}
_NETWORK = {
    "socket.connect": CONNECT_SECONDS, "socket.bind": 0.0, "socket.sendto": 0.0, "socket.getaddrinfo": DNS_SECONDS, "socket.gethostbyname": DNS_SECONDS,
    "socket.gethostbyaddr": DNS_SECONDS, "socket.sendmsg": 0.0, "webbrowser.open": PROCESS_SECONDS,
}  # fmt: skip
_NATIVE = {"ctypes.dlopen", "ctypes.dlsym"}
_SIGNALS = {"os.kill", "os.killpg", "signal.pthread_kill"}

_inside = False
_refuse_network = True
_refuse_processes = True
_extra_files = ()


def install(options):
    """Puts the watch in place; there is no way back."""
    global _refuse_network, _refuse_processes, _extra_files
    _refuse_network = options.get("refuseNetwork", True)
    _refuse_processes = options.get("refuseProcesses", True)
    _extra_files = tuple(options.get("sharedPaths", ())) + (sys.prefix, sys.base_prefix, os.path.dirname(os.__file__))
    sys.addaudithook(_hook)
    _watch_exits()
    _watch_calls()
    open_files.install(_behalf)


def _behalf():
    """Whether the event is the plugin's doing: its frame is on the stack, and no import machinery is in between."""
    frame = sys._getframe(2)
    while frame is not None:
        filename = frame.f_code.co_filename
        if filename.startswith("<frozen importlib"):
            return False
        if filename.endswith(("/linecache.py", "/traceback.py", "/warnings.py")):
            return False
        if meter.is_own(filename):
            return True
        frame = frame.f_back
    return False


def _hook(event, arguments):
    if _inside or event not in _EVENTS or not meter.roots or not _behalf():
        return
    _note(event, arguments)


def _note(event, arguments):
    global _inside
    _inside = True
    try:
        if event in _FILES:
            _file(event, arguments)
        elif event in _PROCESSES:
            what = shown(arguments[0])
            meter.block(PROCESS_SECONDS, f"{event}({what})")
            meter.effect("process", f"{event}({what})")
            if _refuse_processes:
                raise PermissionError(1, f"no processes for plugins under test: {what}")
        elif event in _NETWORK:
            _network(event, arguments)
        elif event in _NATIVE:
            if event == "ctypes.dlopen":
                meter.effect("native", f"{event}({shown(arguments[0])})")
        elif event in _SIGNALS:
            meter.effect("signal", f"{event}({shown(arguments)})")
            if _refuse_processes:
                raise PermissionError(1, "no signals to other processes for plugins under test")
        elif event == "exec" or event == "compile":
            _code(event, arguments)
    finally:
        _inside = False


def _file(event, arguments):
    path = arguments[0]
    if isinstance(path, int):
        return
    text = shown(path)
    kind = "read" if event in _READS else "file"
    if event == "open":
        mode = arguments[1] if isinstance(arguments[1], str) else None
        writes = mode is not None and any(letter in mode for letter in "wax+")
        if mode is None:
            writes = bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)) if isinstance(arguments[2], int) else False
        if not writes and isinstance(path, str) and path.startswith(_extra_files):
            return  # a library that reads its own data
        kind = "file" if writes else "read"
        text = f"{text}, {mode!r}" if mode else text
    meter.block(file_seconds(path), f"{event}({text})", "file")
    meter.effect(kind, f"{event}({text})")


def in_memory(path):
    """Whether a file lies in memory: the kernel's own."""
    text = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
    return text.startswith(_IN_MEMORY)


def file_seconds(path):
    """Seconds that an access to a file waits before the first byte."""
    return MEMORY_SECONDS if in_memory(path) else FILE_SECONDS


def _network(event, arguments):
    address = arguments[1] if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg") else arguments[0]
    if isinstance(address, (str, bytes)) and event in ("socket.connect", "socket.bind"):
        meter.effect("network", f"{event}(unix {shown(address)})")
    else:
        meter.effect("network", f"{event}({shown(address)})")
    seconds = _NETWORK[event]
    if seconds:
        meter.block(seconds, f"{event}({shown(address)})")
    if not _refuse_network:
        return
    if event == "socket.getaddrinfo" or event.startswith("socket.gethost"):
        import socket

        raise socket.gaierror(socket.EAI_AGAIN, f"no network for plugins under test: {shown(address)}")
    raise ConnectionRefusedError(111, f"no network for plugins under test: {shown(address)}")


def _code(event, arguments):
    """Code made from text by the plugin itself, not by a library that it uses."""
    frame = sys._getframe(3)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    if frame is None or not meter.is_own(frame.f_code.co_filename):
        return
    if event == "compile":
        source = arguments[0]
        if source is None:
            return
        text = source.decode("utf-8", "replace") if isinstance(source, bytes) else str(source)
        meter.effect("exec", f"compile({text[:120]!r})")


def shown(value):
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text if len(text) <= 200 else text[:200] + "…"


def _watch_exits():
    """os._exit and os.abort leave word of who called them."""

    def leaving(name, original):
        def leave(*arguments):
            where = meter.place()
            if where is not None:
                text = ", ".join(str(argument) for argument in arguments)
                os.write(2, f"kalico-hil: {name}({text}) at {where[0]}:{where[1]}\n".encode())
            original(*arguments)

        return leave

    os._exit = leaving("os._exit", os._exit)
    os.abort = leaving("os.abort", os.abort)


def _watch_calls():
    """What has no audit event: signal handlers, the environment, flushes to disk, the working directory."""

    def watched(module, name, kind, seconds):
        original = getattr(module, name, None)
        if original is None:
            return

        def call(*arguments, **named):
            if meter.place() is not None and _behalf():
                text = shown(arguments[0]) if arguments else ""
                if seconds:
                    memory = kind in ("file", "read") and arguments and in_memory(arguments[0])
                    meter.block(MEMORY_SECONDS if memory else seconds, f"{module.__name__}.{name}({text})", "file")
                meter.effect(kind, f"{module.__name__}.{name}({text})")
            return original(*arguments, **named)

        setattr(module, name, call)

    watched(signal, "signal", "signal", 0)
    watched(signal, "setitimer", "signal", 0)
    watched(signal, "alarm", "signal", 0)
    watched(os, "fsync", "file", SYNC_SECONDS)
    watched(os, "sync", "file", SYNC_SECONDS)
    watched(os, "putenv", "environment", 0)
    watched(os, "chdir", "environment", 0)
    watched(os, "stat", "read", FILE_SECONDS)


def _bytes():
    """Bytes in use: Python's small blocks, and what the C library has handed out."""
    return sys.getallocatedblocks() * 64 + (_malloc_bytes() if _malloc_bytes is not None else 0)


def _find_malloc_bytes():
    """A function for the bytes in use of glibc's malloc, or None with another C library."""
    try:
        import ctypes

        mallinfo = ctypes.CDLL(None).mallinfo2
    except (ImportError, OSError, AttributeError):
        return None

    class Information(ctypes.Structure):
        _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]

    mallinfo.restype = Information

    def measure():
        information = mallinfo()
        return information.uordblks + information.hblkhd

    return measure


_malloc_bytes = _find_malloc_bytes()


def state():
    """Threads alive, open files, and objects tracked by the garbage collector."""
    import gc
    from kalico_bridge import threads

    gc.collect()
    try:
        descriptors = len(os.listdir("/proc/self/fd")) - 1
    except OSError:
        descriptors = 0
    return {"threads": threads.alive(), "descriptors": descriptors, "objects": len(gc.get_objects()), "bytes": _bytes()}


_EVENTS = frozenset(_FILES | _PROCESSES | set(_NETWORK) | _NATIVE | _SIGNALS | {"exec", "compile"})

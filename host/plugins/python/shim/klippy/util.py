"""Small helpers for files, terminals and versions."""
import fcntl
import logging
import os
import pty
import termios
from kalico_bridge import current


def fix_sigint():
    """Kalico ends at the first Ctrl-C; here the host decides."""


def set_nonblock(fd):
    """Reads and writes of a descriptor return at once."""
    fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_NONBLOCK)


def clear_hupcl(fd):
    """A terminal line keeps its state when it is closed."""
    attributes = termios.tcgetattr(fd)
    attributes[2] &= ~termios.HUPCL
    try:
        termios.tcsetattr(fd, termios.TCSADRAIN, attributes)
    except termios.error:
        pass


def create_pty(ptyname):
    """A pseudo-terminal under a name; the descriptor of its other end."""
    ours, theirs = pty.openpty()
    path = os.ttyname(theirs)
    if os.path.lexists(ptyname):
        os.unlink(ptyname)
    os.chmod(path, 0o660)
    os.symlink(path, ptyname)
    set_nonblock(ours)
    return ours


def dump_file_stats(build_dir, filename):
    """Logs when a file was written."""
    path = os.path.join(build_dir, filename)
    try:
        info = os.stat(path)
        logging.info("Build file %s(%d): %s", path, info.st_size, info.st_mtime)
    except OSError:
        logging.info("No build file %s", path)


def dump_mcu_build():
    """Nothing is built here."""


def get_cpu_info():
    """What the host runs on."""
    printer = current.printer()
    return printer.get_start_args().get("cpu_info", "?") if printer is not None else "?"


def get_version_from_file(klippy_src):
    """The version in the file `.version` of a directory."""
    try:
        with open(os.path.join(klippy_src, ".version")) as file:
            return file.read().rstrip()
    except OSError:
        return "?"


def get_git_version(from_file=True):
    """The host's version, as Kalico tells it: version, changed files, branch, remote, address."""
    printer = current.printer()
    version = printer.get_start_args().get("software_version", "?") if printer is not None else "?"
    return {"version": version, "file_status": [], "branch": "?", "remote": "?", "url": "?"}

/**
 * The program that holds a pseudo-terminal. Node cannot open one by itself, and the packages that can are compiled when they are
 * installed; Python's standard library can, and whoever runs Kalico or Klipper has Python. The program opens the terminal, raw and
 * silent, puts a symbolic link where it is expected, and pumps bytes: its input → terminal, terminal → its output. Commands of
 * one letter come on descriptor 3, their outcomes leave on descriptor 4, one line each. It ends with its input, and takes the
 * link with it.
 *
 * It keeps the far end open as well, so that the terminal's raw mode outlives whoever opens and closes it. What nobody
 * reads is lost once the terminal is full, as on a real line.
 */

/** `python3 -c PTY_HELPER PATH` */
export const PTY_HELPER = `
import errno, fcntl, os, pty, select, signal, sys, tty

path = os.path.abspath(sys.argv[1])
near = far = -1
pending = b""
MOST_PENDING = 16384

def tell(text):
    os.write(4, (text + "\\n").encode())

def plug():
    global near, far, pending
    if near >= 0:
        return
    if os.path.lexists(path) and not os.path.islink(path):
        raise OSError(errno.EEXIST, "exists already and is no symbolic link", path)
    near, far = pty.openpty()
    tty.setraw(far)
    os.set_blocking(near, False)
    # Several users may share the machine: who can reach the link can use the line.
    os.chmod(os.ttyname(far), 0o660)
    fresh = path + ".%d" % os.getpid()
    os.symlink(os.ttyname(far), fresh)
    os.replace(fresh, path)
    pending = b""

def unplug():
    global near, far
    if near < 0:
        return
    try:
        if os.readlink(path) == os.ttyname(far):
            os.unlink(path)
    except OSError:
        pass
    os.close(far)
    os.close(near)
    near = far = -1

def command(letter):
    try:
        if letter == "p":
            plug()
        elif letter == "u":
            unplug()
        tell("ok")
    except OSError as error:
        tell("error %s: %s" % (error.filename or path, error.strerror))

def pump():
    global pending
    while True:
        readable = [0, 3] + ([near] if near >= 0 else [])
        writable = [near] if pending and near >= 0 else []
        ready, room, _ = select.select(readable, writable, [])
        if near >= 0 and near in ready:
            try:
                data = os.read(near, 65536)
            except OSError:
                data = b""
            while data:
                data = data[os.write(1, data):]
        if 0 in ready:
            data = os.read(0, 65536)
            if not data:
                return
            # What comes at once after a delay is one piece, however long.
            if near >= 0 and (not pending or len(pending) + len(data) <= MOST_PENDING):
                pending += data
        if pending and near >= 0:
            try:
                pending = pending[os.write(near, pending):]
            except BlockingIOError:
                pass
        if 3 in ready:
            letters = os.read(3, 64).decode()
            if not letters:
                return
            for letter in letters:
                command(letter)

signal.signal(signal.SIGINT, signal.SIG_IGN)
try:
    pump()
except BrokenPipeError:
    pass
finally:
    unplug()
`;

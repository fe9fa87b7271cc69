"""Limits of the process, so that a plugin harms only itself."""
import signal
import sys

# Largest file that the process may write, bytes.
FILE_BYTES = 64 << 20


def apply(megabytes):
    """Limits memory and file sizes, and ends the process with its parent, where the system can do so."""
    try:
        import resource
    except ImportError:
        return
    if megabytes > 0 and hasattr(resource, "RLIMIT_DATA"):
        _lower(resource, resource.RLIMIT_DATA, megabytes << 20)
    _lower(resource, resource.RLIMIT_FSIZE, FILE_BYTES)
    _lower(resource, resource.RLIMIT_CORE, 0)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the host decides
    if sys.platform == "linux":
        import ctypes

        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _lower(resource, kind, value):
    soft, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(kind, (value, hard))

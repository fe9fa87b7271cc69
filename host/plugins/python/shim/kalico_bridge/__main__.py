"""Entry of the plugin's CPython process: opens the pipes, sets limits, and serves calls of the host.

Arguments: directory of the pipes, most megabytes of memory for data (0: no limit). Standard library only,
CPython 3.9 or newer.
"""
import os
import sys

SHIM = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def main():
    directory, megabytes = sys.argv[1], int(sys.argv[2])
    sys.path[0:1] = [SHIM]  # replaces the directory of this file
    sys.argv[:] = ["klippy.py"]
    from kalico_bridge import limits, link, tasks

    limits.apply(megabytes)
    link.open_pipes(directory)
    from kalico_bridge import world

    world.prepare()
    tasks.serve()


main()

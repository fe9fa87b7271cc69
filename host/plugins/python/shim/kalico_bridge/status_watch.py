"""Sees status containers that a plugin changes after it has returned them. The API compares a status with the very
objects that were returned before, so such a change is never sent to clients.
"""
import json
from kalico_bridge import meter

MOST_CONTAINERS = 300
MOST_DEPTH = 6
MOST_CHARACTERS = 100_000
WHOLE = "the status itself"
enabled = False
_kept = {}  # id of an object -> (the object, [(path, container, text)])


def _text(container):
    try:
        return json.dumps(container, default=repr)
    except (TypeError, ValueError, RecursionError):
        return None


def check(target):
    """After `get_status`: what it returned last time must hold what it held then."""
    kept = _kept.pop(id(target), None)
    if kept is None:
        return
    changed = [path for path, container, text in kept[1] if text is not None and _text(container) != text]
    for path in changed:
        # A container that only holds one that changed is not named.
        if not any(inner != path and (path == WHOLE or inner.startswith(path + ".")) for inner in changed):
            meter.mutation(type(target).__name__, path)


def keep(target, value):
    """After that: remembers the containers that it returned."""
    found = []
    _collect(value, "", found, 0)
    text = _text(value)
    if text is not None and len(text) <= MOST_CHARACTERS:
        _kept[id(target)] = (target, [(path, container, _text(container)) for path, container in found])


def _collect(value, path, found, depth):
    if depth > MOST_DEPTH or len(found) >= MOST_CONTAINERS:
        return
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return
    found.append((path or WHOLE, value))
    for key, item in items:
        _collect(item, f"{path}.{key}" if path else str(key), found, depth + 1)


def forget():
    """A life of the host is over."""
    _kept.clear()

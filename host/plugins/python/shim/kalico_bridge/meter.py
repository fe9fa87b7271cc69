"""What a plugin's code does: bytecodes, blocking calls, lines that ran, places, effects on the machine.

Counting is off unless the host asks for it. Code counts when its file lies below a root (the plugin's own
files). A line costs the bytecodes that stand in it each time it runs.

What runs while a printer's life has a module of the plugin imported is bounded and noted, but costs nothing: a process
imports a module once, in the first life that wants it, and the lives after that must not differ from it.
"""
import dis
import json
import sys
from kalico_bridge import codec

now = 0.0  # event time of the last message, seconds
roots = ()
counting = False
limit = 0  # bytecodes of one stretch; 0: none
seconds_per_bytecode = 0.0
lines_run = {}  # file -> set of lines
live = False  # the reactor runs in real time: its clock is asked for

stretches = 0  # times that Python got the baton

_gas = 0  # since the last message
_stretch = 0  # since Python last got the baton
_unpaid = 0  # of imports, since Python last got the baton
_imports = 0  # modules of the plugin whose top level runs
imports_cost = False  # while the host has plugins imported, before the first life
_blocked = []
_blocked_seconds = 0.0
_effects = []
_output = []
_mutations = []
_tracers = {}  # id of a code object -> (local trace function, or None for foreign code; the code object)
_own_files = {}  # file name -> whether it is the plugin's
_told = None  # the place that the host knows


class GasExhausted(BaseException):
    """The plugin does not come to an end. Not an Exception, so that a broad except does not swallow it."""


def configure(options):
    """Sets what is counted: {roots, counting, limit, seconds_per_bytecode}."""
    global roots, counting, limit, seconds_per_bytecode, live
    roots = tuple(options["roots"])
    counting = options["counting"]
    limit = options["limit"]
    seconds_per_bytecode = options["seconds_per_bytecode"]
    live = options["live"]
    _tracers.clear()
    _own_files.clear()


def add_root(name):
    """Code of that file name counts from now on: macros have names, not files."""
    global roots
    if name not in roots:
        roots += (name,)
        _tracers.clear()
        _own_files.clear()


def resume_counting():
    """From here on the code of a plugin may run in this thread."""
    if counting:
        sys.settrace(_trace)


def stop_counting():
    """From here on the bridge's own code runs, until `resume_counting`."""
    if counting:
        sys.settrace(None)


def enter():
    """Python has got the baton: a new stretch begins."""
    global _stretch, _unpaid, _blocked_seconds, stretches
    _stretch = _unpaid = 0
    stretches += 1
    _blocked_seconds = 0.0
    if counting and sys.gettrace() is not _trace:
        # Python takes a trace function away when it raises, as it does when the limit is reached.
        sys.settrace(_trace)


def clock():
    """Event time now, seconds: what the plugin did since it got the baton counts."""
    if not counting:
        return now
    return now + _stretch * seconds_per_bytecode + _blocked_seconds


def is_own(filename):
    """Whether a file is the plugin's."""
    return filename.startswith(roots) if roots else False


def place():
    """File and line of the plugin's innermost frame in this thread, or None."""
    frame = sys._getframe(1)
    while frame is not None:
        filename = frame.f_code.co_filename
        own = _own_files.get(filename)
        if own is None:
            own = _own_files[filename] = filename.startswith(roots)
        if own:
            return (filename, frame.f_lineno)
        frame = frame.f_back
    return None


def block(seconds, what, kind=None):
    """Books a blocking call, seconds on the reference host; kind "file" where it waits for one."""
    global _blocked_seconds
    _blocked.append([seconds, what] if kind is None else [seconds, what, kind])
    _blocked_seconds += seconds


def effect(kind, detail):
    """Notes something that the plugin did to the machine."""
    where = place() or ("", 0)
    if len(_effects) < 2000:
        _effects.append([kind, detail[:300], where[0], where[1]])


def mutation(owner, path):
    """Notes a container of a status that was changed after it had been returned."""
    if len(_mutations) < 50:
        _mutations.append([owner, path])


def output(text):
    """Notes text that the plugin printed."""
    _output.append(text)


def work():
    """JSON text of what happened since the last message; 0 when nothing did."""
    global _gas, _told
    found = {}
    if _gas:
        found["g"] = _gas
        _gas = 0
    if roots:
        where = place()
        # The host remembers where the plugin was.
        if where is not None and where != _told:
            found["p"] = _told = where
    if _blocked:
        found["b"] = _blocked[:]
        _blocked.clear()
    if _effects:
        found["fx"] = _effects[:]
        _effects.clear()
    if _mutations:
        found["sm"] = _mutations[:]
        _mutations.clear()
    if _output:
        found["o"] = "".join(_output)
        _output.clear()
    if len(codec.Released.pending) > 32:
        found["d"] = codec.Released.take()
    return json.dumps(found) if found else "0"


def _trace(frame, event, _arg):
    code = frame.f_code
    known = _tracers.get(id(code))
    if known is None:
        # The code is kept, so that no other gets its id.
        known = _tracers[id(code)] = (_tracer_of(code) if is_own(code.co_filename) else None, code)
    return known[0]


def _tracer_of(code):
    costs = _line_costs(code)
    ran = lines_run.setdefault(code.co_filename, set())

    is_module = code.co_name == "<module>"

    def count(frame, event, _arg):
        global _gas, _stretch, _unpaid, _imports
        if event == "line":
            line = frame.f_lineno
            cost = costs.get(line, 1)
            if _imports and not imports_cost:
                _unpaid += cost
            else:
                _gas += cost
                _stretch += cost
            ran.add(line)
            if limit and _stretch + _unpaid > limit:
                _exhausted(frame)
        elif is_module and event == "return":
            _imports = max(0, _imports - 1)
        return count

    def enter_module(frame, event, arg):
        global _imports
        _imports += 1
        return count(frame, event, arg)

    return enter_module if is_module else count


def _exhausted(frame):
    global _stretch, _unpaid, _imports
    _stretch = _unpaid = _imports = 0
    raise GasExhausted(f"no end after {limit} bytecodes, at {frame.f_code.co_filename}:{frame.f_lineno}")


def _line_costs(code):
    """Bytecodes by line of a code object."""
    starts = list(dis.findlinestarts(code))
    costs = {}
    for index, (offset, line) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(code.co_code)
        if line is not None:
            costs[line] = costs.get(line, 0) + (end - offset) // 2
    return costs


def code_lines(source, filename):
    """Lines of a source file that can run."""
    lines = set()
    todo = [compile(source, filename, "exec", dont_inherit=True)]
    while todo:
        code = todo.pop()
        lines.update(line for _, line in dis.findlinestarts(code) if line)
        todo.extend(const for const in code.co_consts if hasattr(const, "co_code"))
    return lines



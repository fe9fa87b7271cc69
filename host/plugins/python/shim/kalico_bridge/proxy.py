"""Host objects as Python sees them, and the small language in which the package `klippy` declares them.

    @host_class("ToolHead")
    class ToolHead(HostObject):
        max_velocity = attribute(float)

        @method
        def move(self, newpos, speed): ...

        @method(returns=float)
        def get_last_move_time(self): ...

        @method(options=("default", "minval"), returns=float)
        def getfloat(self, option, default=REQUIRED, minval=None): ...

The signature is Python's own, so wrong arguments raise Python's TypeError. The host's name is the name in
camelCase unless `name` says otherwise; `options` go as one record, those left at REQUIRED are left out.
A member that is declared nowhere raises AttributeError and is reported.
"""
import dis
import inspect
import os
import sys
from kalico_bridge import codec, tasks
from kalico_bridge.codec import HostBase, host_class, host_exception  # noqa: F401


_SHIM = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class _Required:
    def __repr__(self):
        return "<required>"


REQUIRED = _Required()


def camel(name):
    """get_last_move_time -> getLastMoveTime"""
    head, *rest = name.lstrip("_").split("_")
    lead = name[: len(name) - len(name.lstrip("_"))]
    return lead + head + "".join(part[:1].upper() + part[1:] for part in rest)


def call(handle, member, arguments):
    """Calls a member of a host object."""
    return tasks.request("c", f'{{"!":"h","i":{handle}}},"{member}",{codec.encode(arguments)}')


def bridge_call(function, *arguments):
    """Calls a function of the bridge on the host's side."""
    return tasks.request("x", f'"{function}",{codec.encode(arguments)}')


class HostObject(HostBase):
    """An object of the host."""

    __slots__ = ("_handle", "_host_class", "_sent", "_kept", "__weakref__", "__dict__")

    def _call(self, member, *arguments):
        return call(self._handle, member, arguments)

    def _get(self, member, name=None):
        value = tasks.request("g", f'{{"!":"h","i":{self._handle}}},"{member}"')
        return missing(self, name or member) if value is codec.ABSENT else value

    def _set(self, member, value):
        tasks.request("s", f'{{"!":"h","i":{self._handle}}},"{member}",{codec.encode(value)}')

    def __getattr__(self, name):
        if name.startswith("__") or name in HostObject.__slots__:
            raise AttributeError(name)
        return missing(self, name)

    def __setattr__(self, name, value):
        declared = getattr(type(self), name, None)
        if hasattr(type(declared), "__set__") and (not isinstance(declared, property) or declared.fset is not None) and hasattr(self, "_handle"):
            declared.__set__(self, value)
            return
        if not _is_ours(type(self)) or not hasattr(self, "_handle"):
            self.__dict__[name] = value  # a class of the plugin's, derived from one of ours, has members of its own
            return
        # A plugin that replaces or adds a member: its own view keeps it, and the host is told.
        bridge_call("written", self, _kalico_name(self), name, camel(name), value)
        self.__dict__[name] = value

    def __repr__(self):
        return f"<klippy.{type(self).__module__.rsplit('.', 1)[-1]}.{type(self).__name__} object>"

    def __eq__(self, other):
        return isinstance(other, HostBase) and self._handle == other._handle

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self._handle)


_ours = {}  # class -> whether the shim declares it


def _is_ours(cls):
    """A plugin that was dropped into klippy/extras has a module of that name too: the file tells."""
    known = _ours.get(cls)
    if known is None:
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        known = _ours[cls] = file is not None and os.path.abspath(file).startswith(_SHIM)
    return known


def _kalico_name(proxy):
    """Module and class as Kalico names them, e.g. "toolhead.ToolHead"; undeclared classes by the host's name."""
    cls = type(proxy)
    if cls is HostObject:
        return proxy._host_class
    while not _is_ours(cls) and cls is not HostObject:
        cls = cls.__mro__[1]
    return f"{cls.__module__[7:]}.{cls.__name__}"


def missing(proxy, name):
    """A member that this side does not declare: asks the host what is known of it; raises AttributeError."""
    if name.startswith("cmd_"):
        found = _command(_kalico_name(proxy), name)
        if found is not None:
            return found
    found = bridge_call("missing", proxy, _kalico_name(proxy), name, camel(name), _only_asked())
    offered = found["kind"] if isinstance(found, dict) else None
    if offered == "method":  # offered by the host without a declaration here
        member = found["member"]
        return lambda *arguments: call(proxy._handle, member, arguments)
    if offered == "value":
        return found["value"]
    kind = proxy._host_class if type(proxy) is HostObject else type(proxy).__name__
    remark = ": not offered by this host yet" if offered is not None else ""
    raise AttributeError(f"'{kind}' object has no attribute '{name}'{remark}")


def _only_asked():
    """Whether the plugin asks by hasattr() or getattr() for a member, rather than using it."""
    frame = sys._getframe(2)
    while frame is not None and frame.f_code.co_filename.startswith(_SHIM):
        frame = frame.f_back
    return frame is not None and dis.opname[frame.f_code.co_code[frame.f_lasti]] not in ("LOAD_ATTR", "LOAD_METHOD")


def _command(class_name, name):
    """What Kalico has as method `cmd_X` of the object that brought the command X, or as its text `cmd_X_help`."""
    from kalico_bridge import current

    printer = current.printer()
    return None if printer is None else bridge_call("commandMember", printer.lookup_object("gcode"), class_name, name)


class attribute:
    """A data member of a host object that can be read and written."""

    def __init__(self, returns=None, name=None):
        self.convert = converter(returns)
        self.name = name
        self.kalico_name = name

    def __set_name__(self, owner, name):
        self.kalico_name = name
        self.name = self.name or camel(name)

    def __get__(self, proxy, owner=None):
        if proxy is None:
            return self
        return self.convert(proxy._get(self.name, self.kalico_name))

    def __set__(self, proxy, value):
        if _is_ours(type(proxy)):
            proxy._set(self.name, value)
        else:
            bridge_call("setOwn", proxy, self.name, value)


def floats(value):
    """A list of floats."""
    return [float(item) for item in value] if value is not None else None


def optional_floats(value):
    """A list of floats and None."""
    return [None if item is None else float(item) for item in value]


def converter(returns):
    """A function that gives a result its Python type; None passes through."""
    if returns is None:
        return lambda value: value
    if returns in (float, int, str, bool, tuple, list):
        return lambda value: None if value is None else returns(value)
    return returns


def method(function=None, *, name=None, returns=None, options=(), plain=False):
    """Declares a method of a host object from its signature; see the head of this file."""
    if function is None:
        return lambda inner: method(inner, name=name, returns=returns, options=options)
    member = name or camel(function.__name__)
    signature = inspect.signature(function)
    parameters = list(signature.parameters.values())[1:]
    # The text of a function with the same signature: as quick as one written by hand.
    heads, positional, variable = ["self"], [], None
    defaults = {}
    for parameter in parameters:
        if parameter.kind is parameter.VAR_POSITIONAL:
            heads.append("*" + parameter.name)
            variable = parameter.name
            continue
        if parameter.default is parameter.empty:
            heads.append(parameter.name)
        else:
            defaults[f"_d_{parameter.name}"] = parameter.default
            heads.append(f"{parameter.name}=_d_{parameter.name}")
        if parameter.name not in options:
            positional.append(parameter.name)
    lines = [f"def {function.__name__}({', '.join(heads)}):"]
    lines.append(f"    arguments = [{', '.join(positional)}]")
    trailing = [parameter.name for parameter in parameters if parameter.name in defaults_names(defaults) and parameter.name not in options]
    for parameter in reversed(trailing):
        lines.append(f"    if len(arguments) == {positional.index(parameter) + 1} and {parameter} is REQUIRED: arguments.pop()")
    if variable:
        lines.append(f"    arguments.extend({variable})")
    if options:
        lines.append("    given = {}")
        for parameter in options:
            lines.append(f"    if {parameter} is not REQUIRED: given['{camel(parameter)}'] = {parameter}")
        lines.append("    if given: arguments.append(given)")
    lines.append(f"    return convert(call(self._handle, '{member}', arguments))")
    scope = {"REQUIRED": REQUIRED, "call": call, "convert": converter(returns), **defaults}
    exec("\n".join(lines), scope)
    made = scope[function.__name__]
    made.__doc__ = function.__doc__
    made.__qualname__ = function.__qualname__
    made.__module__ = function.__module__
    return made


def defaults_names(defaults):
    """Names of parameters that have a default."""
    return {key[3:] for key in defaults}


@host_class("Function")
class HostFunction(HostObject):
    """A function of the host."""

    @property
    def __self__(self):
        """Handlers are bound methods in Kalico, and plugins ask of what: of nothing that they know."""
        return self

    def __call__(self, *arguments, **named):
        if named:
            arguments += ({camel(name): value for name, value in named.items()},)
        return call(self._handle, "", arguments)


@host_class("Map")
class HostMap(HostObject):
    """A live dictionary of the host."""

    def __getitem__(self, key):
        if not self._call("has", key):
            raise KeyError(key)
        return self._call("get", key)

    def __setitem__(self, key, value):
        bridge_call("written", self, "Map", "[...]", "", None)
        self._call("set", key, value)

    def __delitem__(self, key):
        if not self._call("delete", key):
            raise KeyError(key)

    def __contains__(self, key):
        return self._call("has", key)

    def __iter__(self):
        return iter(bridge_call("keysOf", self))

    def __len__(self):
        return len(bridge_call("keysOf", self))

    def __bool__(self):
        return len(self) > 0

    def get(self, key, default=None):
        return self._call("get", key) if self._call("has", key) else default

    def keys(self):
        return bridge_call("keysOf", self)

    def values(self):
        return [self[key] for key in self.keys()]

    def items(self):
        return [(key, self[key]) for key in self.keys()]

    def pop(self, key, *default):
        if key not in self:
            if default:
                return default[0]
            raise KeyError(key)
        value = self[key]
        del self[key]
        return value

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, other):
        for key, value in other.items():
            self[key] = value


codec.set_fallback(HostObject)

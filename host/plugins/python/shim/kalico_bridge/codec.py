"""Values between Python and the host as JSON (see codec.ts for the tags), and the handles of both sides."""
import base64
import json
import math
import types
import weakref

# ---- objects of this side that the host holds ----

_own = {}  # id -> object
_own_ids = {}  # key -> id
_next_own = 1


def _key(value):
    if isinstance(value, types.MethodType):
        return ("m", id(value.__self__), id(value.__func__))
    return id(value)


def own_id(value):
    """The handle of an object of ours; the host keeps it alive."""
    global _next_own
    key = _key(value)
    handle = _own_ids.get(key)
    if handle is None:
        handle = _next_own
        _next_own += 1
        _own_ids[key] = handle
        _own[handle] = value
    return handle


_kept = 0


def keep_own():
    """The handles so far stay until the process ends."""
    global _kept
    _kept = _next_own - 1


def forget_own():
    """Lets go of the handles since."""
    for key, handle in list(_own_ids.items()):
        if handle > _kept:
            del _own_ids[key], _own[handle]


def own(handle):
    """The object behind a handle of ours."""
    return _own[handle]


# ---- objects of the host ----

_host_classes = {}  # class name in the host -> class here
_proxies = weakref.WeakValueDictionary()  # id -> HostObject
_tags = {}  # kind of exception in the host -> class here
_converters = {}  # tuple name -> constructor


def host_class(*names):
    """Decorator: this class stands for objects of these classes of the host."""

    def register(cls):
        for name in names:
            _host_classes[name] = cls
        return cls

    return register


def host_exception(kind):
    """Decorator: this class stands for the host's errors of a kind."""

    def register(cls):
        _tags[kind] = cls
        return cls

    return register


def named_tuple(name, constructor):
    """Tuples of that name are made with `constructor`."""
    _converters[name] = constructor


class Released:
    """Handles that nobody here holds any more, until the host is told."""

    pending = []

    @classmethod
    def take(cls):
        """The handles so far; the list starts anew."""
        taken, cls.pending[:] = cls.pending[:], []
        return taken


def _proxy(tagged):
    handle = tagged["i"]
    proxy = _proxies.get(handle)
    if proxy is None:
        cls = _host_classes.get(tagged["c"], _fallback)
        proxy = cls.__new__(cls)
        object.__setattr__(proxy, "_handle", handle)
        object.__setattr__(proxy, "_host_class", tagged["c"])
        counter = [1]
        object.__setattr__(proxy, "_sent", counter)
        weakref.finalize(proxy, _released, handle, counter).atexit = False
        _proxies[handle] = proxy
    else:
        proxy._sent[0] += 1
    return proxy


def _released(handle, counter):
    Released.pending.append([handle, counter[0]])


_fallback = None


def set_fallback(cls):
    """Class of host objects that have none of their own."""
    global _fallback
    _fallback = cls


def adopt(proxy, other):
    """Makes `proxy`, made by a constructor of a plugin, stand for the host object of `other`."""
    for name in ("_handle", "_host_class", "_sent"):
        object.__setattr__(proxy, name, object.__getattribute__(other, name))
    object.__setattr__(proxy, "_kept", other)
    _proxies[other._handle] = proxy


# ---- Python -> host ----


def _default(value):
    """JSON of what json does not know."""
    if type(value) is Raw:
        return value.data
    if isinstance(value, HostBase):
        return {"!": "h", "i": value._handle}
    if isinstance(value, BaseException):
        return error_tag(value)
    if isinstance(value, (bytes, bytearray)):
        return {"!": "b", "d": base64.b64encode(value).decode()}
    if isinstance(value, (set, frozenset)):
        return {"!": "s", "d": sorted(value, key=repr)}
    if callable(value):
        return {"!": "p", "k": "f", "i": own_id(value), "n": getattr(value, "__name__", type(value).__name__)}
    return {"!": "p", "i": own_id(value), "n": type(value).__name__}


class Raw:
    """Data that goes out as it is."""

    __slots__ = ("data",)

    def __init__(self, data):
        self.data = data


ABSENT = Raw({"!": "u"})  # a member that is not there


class HostBase:
    """Base of all proxies, so that this module can tell them."""

    __slots__ = ()


_strict = json.JSONEncoder(default=_default, allow_nan=False, separators=(",", ":"), check_circular=True)


def _quick_encoder():
    """The C encoder, made once; cycles end in a RecursionError."""
    encoder = json.encoder
    if encoder.c_make_encoder is None:
        return lambda value, _level: (_strict.encode(value),)
    return encoder.c_make_encoder(None, _default, encoder.encode_basestring_ascii, None, ":", ",", False, False, False)


_quick = _quick_encoder()


def encode(value):
    """JSON text of a value."""
    try:
        return "".join(_quick(value, 0))
    except (ValueError, TypeError, RecursionError):
        return _strict.encode(_tag_all(value, (), False))


def _tag_all(value, above, typed):
    """A copy that strict JSON can hold: tags for what it cannot."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return {"!": "F", "d": float(value)} if typed else float(value)
        return {"!": "f", "d": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, (dict, list, tuple)) and not isinstance(value, HostBase):
        if id(value) in above or len(above) > 200:
            return {"!": "p", "i": own_id(value), "n": "circular " + type(value).__name__}
        above = above + (id(value),)
        if isinstance(value, dict):
            if not typed and all(isinstance(key, str) and key != "!" for key in value):
                return {key: _tag_all(item, above, typed) for key, item in value.items()}
            pairs = [[_tag_all(key, above, typed), _tag_all(item, above, typed)] for key, item in value.items()]
            return {"!": "D" if typed else "d", "d": pairs}
        items = [_tag_all(item, above, typed) for item in value]
        return {"!": "T", "d": items} if typed and isinstance(value, tuple) else items
    if typed and isinstance(value, (set, frozenset)):
        return Raw({"!": "s", "d": [_tag_all(item, above, True) for item in sorted(value, key=repr)]})
    return Raw(_default(value))


def tag_typed(value):
    """A copy that strict JSON can hold and that tells ints from floats and tuples from lists."""
    return _tag_all(value, (), True)


def typed(value):
    """JSON text that tells ints from floats and tuples from lists: what templates see."""
    return _strict.encode(_tag_all(value, (), True))


def frames_of(error):
    """File, line and function of a traceback, innermost first, without the bridge's own."""
    frames = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if "/kalico_bridge/" not in code.co_filename:
            frames.append([code.co_filename, step.tb_lineno, code.co_name])
        step = step.tb_next
    if isinstance(error, SyntaxError) and error.filename is not None:
        frames.append([error.filename, error.lineno or 0, "<module>"])
    return frames[:-30:-1]


def note_origin(error):
    """Lets an exception that was raised while another was handled name the first of them, in its first line."""
    origin = error
    while (origin.__cause__ or origin.__context__) is not None:
        origin = origin.__cause__ or origin.__context__
    if origin is not error:
        error._origin = f"{type(origin).__name__}: {origin}".split("\n", 1)[0]


def error_tag(error):
    """An exception for the host."""
    kind = ""
    for cls in type(error).__mro__:
        kind = next((name for name, known in _tags.items() if known is cls), "")
        if kind:
            break
    try:
        text = str(error)
    except Exception as inner:
        text = f"<{type(error).__name__} whose str() raises {type(inner).__name__}>"
    origin = getattr(error, "_origin", None)
    first, *rest = text.split("\n", 1)
    if origin is not None and origin not in first:
        text = "\n".join([f"{first.rstrip()} (after {origin})", *rest])
    return {"!": "e", "k": kind, "n": type(error).__name__, "m": text, "i": own_id(error), "t": frames_of(error)}


def encode_error(error):
    """JSON text of an exception."""
    return _strict.encode(error_tag(error))


# ---- host -> Python ----


def decode(value):
    """A value from the host, in place."""
    if type(value) is list:
        for index, item in enumerate(value):
            if type(item) in (list, dict):
                value[index] = decode(item)
        return value
    if type(value) is dict:
        kind = value.get("!")
        if type(kind) is str:
            return _revive(kind, value)
        for key, item in value.items():
            if type(item) in (list, dict):
                value[key] = decode(item)
    return value


def _revive(kind, value):
    if kind == "h":
        return _proxy(value)
    if kind == "p":
        return _own[value["i"]]
    if kind == "t":
        constructor = _converters.get(value.get("n"), tuple)
        return constructor(decode(value["d"]))
    if kind == "s":
        return {_frozen(item) for item in decode(value["d"])}
    if kind == "u":
        return ABSENT
    if kind == "f":
        return float(value["d"])
    if kind == "b":
        return base64.b64decode(value["d"])
    if kind == "d":
        return {_frozen(decode(key)): decode(item) for key, item in value["d"]}
    if kind == "e":
        if "i" in value:
            return _own[value["i"]]
        return _tags.get(value["k"], _builtin(value["k"]))(value["m"])
    raise ValueError(f"unknown kind of value {kind!r} from the host")


def _frozen(key):
    return tuple(key) if isinstance(key, list) else key


def _builtin(kind):
    import builtins

    cls = getattr(builtins, kind, None)
    return cls if isinstance(cls, type) and issubclass(cls, Exception) else RuntimeError

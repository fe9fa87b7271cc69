"""Configuration: sections with their getters, and the object `configfile`."""
import configparser
from kalico_bridge import current
from kalico_bridge.proxy import REQUIRED, HostObject, attribute, bridge_call, host_class, host_exception, method

sentinel = REQUIRED
error = host_exception("ConfigError")(configparser.Error)


@host_class("ConfigParser")
class FileConfig(HostObject):
    """The parsed file (`config.fileconfig`)."""

    def has_section(self, section):
        return bridge_call("fileconfig", self, "has_section", section)

    def has_option(self, section, option):
        return bridge_call("fileconfig", self, "has_option", section, option)

    def sections(self):
        return bridge_call("fileconfig", self, "sections")

    def options(self, section):
        return bridge_call("fileconfig", self, "options", section)

    def get(self, section, option, **_more):
        value = bridge_call("fileconfig", self, "get", section, option)
        if value is None:
            raise configparser.NoOptionError(option, section)
        return value

    def items(self, section):
        return [(option, self.get(section, option)) for option in self.options(section)]

    def set(self, section, option, value):
        bridge_call("fileconfig", self, "set", section, option, value)

    def add_section(self, section):
        bridge_call("fileconfig", self, "add_section", section)

    def remove_option(self, section, option):
        return bridge_call("fileconfig", self, "remove_option", section, option)

    def remove_section(self, section):
        return bridge_call("fileconfig", self, "remove_section", section)


def bounds_as_given(failure, *bounds):
    """The host shows bounds of floats as floats: an int that a plugin gave is shown as an int, as in Kalico."""
    for bound in bounds:
        if type(bound) is int and failure.args and str(failure.args[0]).endswith(f" {float(bound)}"):
            message = str(failure.args[0])[: -len(f"{float(bound)}")] + str(bound)
            failure.args = (message,)
            if hasattr(failure, "message"):
                failure.message = message
    return failure


class _Accesses:
    """`config.access_tracking`: what is set in it counts as read; see `ConfigWrapper.get`."""

    def __init__(self, fileconfig):
        self._fileconfig = fileconfig

    def __setitem__(self, place, value):
        section, option = place
        bridge_call("fileconfig", self._fileconfig, "note_access", section, option, value)


@host_class("ConfigSection")
class ConfigWrapper(HostObject):
    """One section."""

    def __new__(cls, *_arguments):
        made = super().__new__(cls)
        current.note_config(made)
        return made

    error = error
    printer = attribute()
    fileconfig = attribute()
    section = attribute()

    @property
    def access_tracking(self):
        return _Accesses(self.fileconfig)

    @method
    def get_printer(self): ...

    @method
    def get_name(self): ...

    @method(name="getSection")
    def getsection(self, section): ...

    @method
    def has_section(self, section): ...

    @method
    def get_prefix_sections(self, prefix): ...

    @method
    def get_prefix_options(self, prefix): ...

    @method
    def deprecate(self, option, value=None): ...

    @method(options=("default", "note_valid"))
    def get(self, option, default=REQUIRED, note_valid=REQUIRED): ...

    @method(name="getInt", options=("default", "minval", "maxval", "note_valid"))
    def getint(self, option, default=REQUIRED, minval=None, maxval=None, note_valid=REQUIRED): ...

    @method(name="getFloat", options=("default", "minval", "maxval", "above", "below", "note_valid"))
    def _getfloat(self, option, default=REQUIRED, minval=None, maxval=None, above=None, below=None, note_valid=REQUIRED): ...

    def getfloat(self, option, default=REQUIRED, minval=None, maxval=None, above=None, below=None, note_valid=REQUIRED):
        try:
            value = self._getfloat(option, default, minval, maxval, above, below, note_valid)
        except error as failure:
            raise bounds_as_given(failure, minval, maxval, above, below)
        # A default comes back as it was given: 5 stays an int, as in Kalico.
        if type(default) is int and value == default and not bridge_call("hasOption", self, option):
            return default
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    @method(name="getBoolean", options=("default", "note_valid"))
    def getboolean(self, option, default=REQUIRED, note_valid=REQUIRED): ...

    def getchoice(self, option, choices, default=REQUIRED, note_valid=REQUIRED):
        if isinstance(choices, (list, tuple)):
            choices = {choice: choice for choice in choices}
        given = {}
        if default is not REQUIRED:
            given["default"] = default
        if note_valid is not REQUIRED:
            given["noteValid"] = note_valid
        # The host chooses a key; what it stands for may be any object and stays here.
        key = self._call("getChoice", option, list(choices), given)
        return choices[key]

    @method(name="getLists", options=("default", "seps", "count", "parser", "note_valid"))
    def _getlists(self, option, default=REQUIRED, seps=REQUIRED, count=None, parser=REQUIRED, note_valid=REQUIRED): ...

    def getlists(self, option, default=REQUIRED, seps=(",",), count=None, parser=str, note_valid=True):
        if default is not REQUIRED and not bridge_call("hasOption", self, option):
            self._getlists(option, default, list(seps), count, _parser(parser), note_valid)
            return default
        return _tuples(self._getlists(option, default, list(seps), count, _parser(parser), note_valid), parser, len(seps))

    def getlist(self, option, default=REQUIRED, sep=",", count=None, note_valid=True):
        return self._list("getList", option, default, sep, count, note_valid, str)

    def getintlist(self, option, default=REQUIRED, sep=",", count=None, note_valid=True):
        return self._list("getIntList", option, default, sep, count, note_valid, int)

    def getfloatlist(self, option, default=REQUIRED, sep=",", count=None, note_valid=True):
        return self._list("getFloatList", option, default, sep, count, note_valid, float)

    def _list(self, member, option, default, sep, count, note_valid, parser):
        given = {"sep": sep, "count": count, "noteValid": note_valid}
        if default is not REQUIRED:
            given["default"] = default
        value = self._call(member, option, given)
        if default is not REQUIRED and not bridge_call("hasOption", self, option):
            return default
        return tuple(parser(item) for item in value)

    def getscript(self, option, default=REQUIRED):
        return tuple(self._call("getScript", option, *([] if default is REQUIRED else [{"default": default}])))


def _parser(parser):
    """Parsers of Kalico's usual types are the host's own; others are called."""
    if parser is str:
        return None

    def parse(text):
        return parser(text)

    parse.__name__ = getattr(parser, "__name__", "parser")
    return parse


def _tuples(value, parser, depth):
    if depth == 0:
        return parser(value) if parser in (int, float) else value
    return tuple(_tuples(item, parser, depth - 1) for item in value)


@host_class("PrinterConfig")
class PrinterConfig(HostObject):
    """The object `configfile`."""

    @method
    def set(self, section, option, value): ...

    @method
    def remove_section(self, section): ...

    @method
    def runtime_warning(self, msg): ...

    @method
    def deprecate(self, section, option, value=None, msg=None): ...

    @method
    def read_config(self, filename): ...

    @method
    def read_main_config(self): ...

    @method
    def get_status(self, eventtime=None): ...

    printer = attribute()
    status_raw_config = attribute()
    save_config_pending = attribute(bool)

    @property
    def status_settings(self):
        return self.get_status()["settings"]

    @property
    def status_save_pending(self):
        return self.get_status()["save_config_pending_items"]

    @property
    def status_warnings(self):
        return self.get_status()["warnings"]

    @property
    def autosave(self):
        """The part that SAVE_CONFIG writes."""
        return bridge_call("autosaveSection", self)

    @method
    def get_printer(self): ...

    @method
    def warn(self, type, msg, section=None, option=None, value=None): ...

    @method
    def check_unused_options(self, config, error_on_unused): ...

    @method
    def log_config(self, config): ...



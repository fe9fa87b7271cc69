"""G-code: commands, their parameters, responses, scripts."""
import collections
from kalico_bridge import codec
from kalico_bridge.live import live_dict
from kalico_bridge.proxy import REQUIRED, HostObject, attribute, bridge_call, host_class, host_exception, method

from klippy.configfile import bounds_as_given

Coord = collections.namedtuple("Coord", ("x", "y", "z", "e"))
codec.named_tuple("Coord", lambda items: Coord(*items))


@host_exception("CommandError")
class CommandError(Exception):
    pass


@host_class("GCodeCommand")
class GCodeCommand(HostObject):
    error = CommandError

    @method
    def get_command(self): ...

    @method
    def get_commandline(self): ...

    _command = attribute(str, "command")
    _commandline = attribute(str, "commandline")
    _params = live_dict("params")

    def get_command_parameters(self):
        """The live parameters: what is changed in them, the host sees."""
        return self._params

    @method
    def get_raw_command_parameters(self): ...

    @method
    def ack(self, msg=None): ...

    @method(options=("log",))
    def respond_info(self, msg, log=True): ...

    @method
    def respond_raw(self, msg): ...

    def get(self, name, default=REQUIRED, parser=str, minval=None, maxval=None, above=None, below=None):
        if parser is str:
            return self._text(name, default, minval, maxval, above, below)
        if parser is int:
            return self.get_int(name, default, minval, maxval, above, below)

        text = self._call("get", name, *([] if default is REQUIRED else [{"default": default}]))
        if default is not REQUIRED and name not in self.get_command_parameters():
            return default
        try:
            value = parser(text)
        except Exception:
            raise self.error(f"Error on '{self.get_commandline()}': unable to parse {text}")
        return self._check(name, value, minval, maxval, above, below)

    def _check(self, name, value, minval, maxval, above, below):
        line = self.get_commandline()
        if minval is not None and value < minval:
            raise self.error(f"Error on '{line}': {name} must have minimum of {minval}")
        if maxval is not None and value > maxval:
            raise self.error(f"Error on '{line}': {name} must have maximum of {maxval}")
        if above is not None and value <= above:
            raise self.error(f"Error on '{line}': {name} must be above {above}")
        if below is not None and value >= below:
            raise self.error(f"Error on '{line}': {name} must be below {below}")
        return value

    @method(name="get", options=("default", "minval", "maxval", "above", "below"))
    def _text(self, name, default=REQUIRED, minval=None, maxval=None, above=None, below=None): ...

    @method(options=("default", "minval", "maxval", "above", "below"))
    def get_int(self, name, default=REQUIRED, minval=None, maxval=None, above=None, below=None): ...

    @method(name="getFloat", options=("default", "minval", "maxval", "above", "below"))
    def _get_float(self, name, default=REQUIRED, minval=None, maxval=None, above=None, below=None): ...

    def get_float(self, name, default=REQUIRED, minval=None, maxval=None, above=None, below=None):
        try:
            value = self._get_float(name, default, minval, maxval, above, below)
        except CommandError as failure:
            raise bounds_as_given(failure, minval, maxval, above, below)
        if value is default or value is None or (type(default) is int and value == default and name not in self.get_command_parameters()):
            return value
        return float(value)


def _texts(params):
    """Parameters as they would be in a line."""
    return {name: value if isinstance(value, str) else str(value) for name, value in params.items()}


class _MadeCommand(GCodeCommand):
    """A command that a plugin made: its parameters are the plugin's dictionary, which it may change and use again."""

    def _given(self, params):
        self.__dict__["_params"] = params
        self.__dict__["_told"] = _texts(params)

    @property
    def _handle(self):
        # Whoever is about to hear of this command hears of its parameters first.
        params = self.__dict__.get("_params")
        if params is not None:
            texts = _texts(params)
            if texts != self.__dict__["_told"]:
                self.__dict__["_told"] = texts
                bridge_call("setParameters", self, texts)
        return self.__dict__["handle"]

    @_handle.setter
    def _handle(self, handle):
        self.__dict__["handle"] = handle

    def get_command_parameters(self):
        return self.__dict__["_params"]


@host_class("GCodeDispatch")
class GCodeDispatch(HostObject):
    error = CommandError
    Coord = Coord
    mutex = attribute()
    output_callbacks = attribute(list)

    def register_command(self, cmd, func, when_not_ready=False, desc=None):
        if func is None:
            return self._call("registerCommand", cmd, None)
        # Without a description it is the handler's docstring, as in Kalico.
        text = desc if desc is not None else getattr(func, "__doc__", None)
        return self._call("registerCommand", cmd, func, {"whenNotReady": when_not_ready, "desc": text})

    def register_mux_command(self, cmd, key, value, func, desc=None):
        text = desc if desc is not None else getattr(func, "__doc__", None)
        self._call("registerMuxCommand", cmd, key, value, func, {"desc": text})

    @method
    def get_command_help(self): ...

    @method
    def get_status(self, eventtime=None): ...

    @method
    def register_output_handler(self, cb): ...

    @method
    def run_script_from_command(self, script): ...

    @method
    def run_script(self, script): ...

    @method
    def get_mutex(self): ...

    def create_gcode_command(self, command, commandline, params):
        made = _MadeCommand.__new__(_MadeCommand)
        codec.adopt(made, self._call("createGcodeCommand", command, commandline, _texts(params)))
        made._given(params)
        return made

    @method
    def respond_raw(self, msg): ...

    @method(options=("log",))
    def respond_info(self, msg, log=True): ...

    @method
    def request_restart(self, result): ...

    @method
    def is_traditional_gcode(self, cmd): ...

    @property
    def gcode_help(self):
        return self.get_command_help()

    @property
    def ready_gcode_handlers(self):
        return bridge_call("gcodeHandlers", self)

    gcode_handlers = ready_gcode_handlers

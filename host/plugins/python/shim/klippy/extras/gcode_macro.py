"""Templates: their contexts, rendering and running; sections `[gcode_macro x]`."""
import logging
import math
from kalico_bridge import codec
from kalico_bridge.live import live_dict
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, method, missing


class GetStatusWrapperJinja:
    """The name `printer` of a template: items are the status of objects, copied."""

    def __init__(self, printer, eventtime=None):
        self.printer = printer
        self.eventtime = eventtime
        self.cache = {}

    def __getitem__(self, val):
        name = str(val).strip()
        if name not in self.cache:
            if self.eventtime is None:
                self.eventtime = self.printer.get_reactor().monotonic()
            found = bridge_call("statusItem", self.printer, name, self.eventtime)
            if not found:
                raise KeyError(val)
            self.cache[name] = found[0]
        return self.cache[name]

    def __contains__(self, val):
        try:
            self[val]
        except KeyError:
            return False
        return True

    def __iter__(self):
        return iter(bridge_call("statusNames", self.printer))


class _Standard:
    """A name that every context has."""

    def __init__(self, name, function):
        self.name = name
        self.function = function

    def __call__(self, *arguments, **named):
        return self.function(*arguments, **named)


class _Status(GetStatusWrapperJinja):
    name = "printer"


def _names(context):
    """What of a context is not as the host makes it."""
    if context is None:
        return None
    names, renamed, present, eventtime = [], [], set(), None
    for name, value in context.items():
        if isinstance(value, (_Standard, _Status)):
            if isinstance(value, _Status):
                eventtime = value.eventtime
            if name != value.name:
                renamed.append([name, value.name])
            present.add(value.name)
        elif value is math:
            present.add("math")
            if name != "math":
                renamed.append([name, "math"])
        else:
            names.append([name, codec.Raw(codec.tag_typed(value))])
    absent = [name for name in _STANDARD if name not in context or name not in present]
    return {"eventtime": eventtime, "names": names, "renamed": renamed, "absent": absent}


_ACTIONS = ("emergency_stop", "respond_info", "log", "raise_error", "call_remote_method")
_STANDARD = ("printer", "math", *("action_" + name for name in _ACTIONS))


class _Compiled:
    """What `TemplateWrapperJinja.template` is in Kalico: a compiled Jinja2 template."""

    def __init__(self, wrapper):
        self._wrapper = wrapper

    def render(self, context=None, **more):
        return self._wrapper.render({**(context or {}), **more})


@host_class("Template")
class TemplateWrapperJinja(HostObject):
    """A script of a configuration option."""

    printer = attribute()
    name = attribute(str)

    def __init__(self, printer, env, name, script):
        codec.adopt(self, bridge_call("makeTemplate", printer, name, script, "gcode"))

    def create_template_context(self, eventtime=None):
        return self.printer.lookup_object("gcode_macro").create_template_context(eventtime)

    def render(self, context=None):
        return bridge_call("renderTemplate", self, _names(context))

    def run_gcode_from_command(self, context=None):
        bridge_call("runTemplate", self, _names(context))

    def reload(self, script):
        self._call("reload", "gcode", script)

    def __call__(self, context=None):
        return self.run_gcode_from_command(context)

    @property
    def gcode(self):
        return self.printer.lookup_object("gcode")

    @property
    def template(self):
        return _Compiled(self)

    @property
    def env(self):
        return self.printer.lookup_object("gcode_macro").env

    @property
    def function(self):
        return self


class Template(TemplateWrapperJinja):
    """A script in either language."""

    def __init__(self, printer, env, name, script, script_type="gcode"):
        codec.adopt(self, bridge_call("makeTemplate", printer, name, script, script_type))

    def reload(self, script_type, script):
        self._call("reload", script_type, script)


codec.host_class("Template")(Template)
_env = None


@host_class("PrinterGCodeMacro")
class PrinterGCodeMacro(HostObject):
    """The object `gcode_macro`."""

    printer = attribute()

    @property
    def gcode(self):
        return self.printer.lookup_object("gcode")

    @property
    def env(self):
        """Jinja2's environment with Kalico's delimiters, where Jinja2 is installed."""
        global _env
        if _env is None:
            try:
                import jinja2
            except ImportError:
                return missing(self, "env")
            _env = jinja2.Environment("{%", "%}", "{", "}", extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
        return _env

    def load_template(self, config, option, default=None):
        return self._call("loadTemplate", config, option, *([] if default is None else [default]))

    def create_template_context(self, eventtime=None):
        context = {"printer": _Status(self.printer, eventtime), "math": math}
        for name in _ACTIONS:
            context["action_" + name] = _Standard("action_" + name, getattr(self, "_action_" + name))
        return context

    def _action_emergency_stop(self, msg="action_emergency_stop"):
        self.printer.invoke_shutdown(f"Shutdown due to {msg}")
        return ""

    def _action_respond_info(self, msg):
        msg.strip()  # what is no text fails as it does in Kalico
        self.gcode.respond_info(msg)
        return ""

    def _action_log(self, msg):
        logging.info(msg)
        return ""

    def _action_raise_error(self, msg):
        raise self.printer.command_error(msg)

    def _action_call_remote_method(self, method, **kwargs):
        try:
            self.printer.lookup_object("webhooks").call_remote_method(method, **kwargs)
        except self.printer.command_error:
            logging.exception("Remote Call Error")
        return ""


@host_class("GCodeMacro", "OverriddenMacro")
class GCodeMacro(HostObject):
    """A section `[gcode_macro x]`."""

    alias = attribute(str)
    cmd_desc = attribute(str)
    template = attribute()
    rename_existing = attribute()
    in_script = attribute(bool)
    printer = attribute()
    gcode = attribute()
    variables = live_dict()

    def __init__(self, config):
        codec.adopt(self, bridge_call("makeMacro", config, self.cmd if type(self).cmd is not GCodeMacro.cmd else None))

    @method
    def get_status(self, eventtime): ...

    @method(name="runMacro")
    def cmd(self, gcmd): ...


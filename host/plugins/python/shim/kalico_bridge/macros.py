"""Macros written in Python: the names that they have, how they are compiled and run.

A macro runs as the task of the command that it carries out, so each of its waits is a pause of the reactor. Its
code is counted and bounded as a plugin's (`meter.py`). Names, signatures and messages are Kalico's.
"""
import math
import threading
import traceback
from kalico_bridge import meter
from kalico_bridge.proxy import bridge_call

from klippy.gcode import CommandError

# Names by which a macro calls the actions that templates have too; `action_log` has no short form.
_SHORT = ("emergency_stop", "respond_info", "raise_error", "call_remote_method")
_POLL = 0.01  # seconds between looks at a thread of the machine


class GetStatusWrapperPython:
    """The name `printer`: each access reads the status of an object anew."""

    def __init__(self, printer):
        self.printer = printer

    def __getitem__(self, val):
        found = bridge_call("statusItem", self.printer, str(val).strip(), None)
        if not found:
            raise KeyError(val)
        return found[0]

    def __getattr__(self, val):
        return self[val]

    def __contains__(self, val):
        return bool(bridge_call("statusItem", self.printer, str(val).strip(), None))

    def __iter__(self):
        return iter(bridge_call("statusNames", self.printer))

    def get(self, key, default):
        return self[key] if key in self else default


class TemplateVariableWrapperPython:
    """The name `own_vars`: the variables of the macro's section as attributes."""

    def __init__(self, variables):
        self.__dict__["__variables"] = variables

    def __getattr__(self, name):
        return self.__dict__["__variables"][name]

    def __setattr__(self, name, value):
        self.__dict__["__variables"][name] = value

    def __contains__(self, name):
        return name in self.__dict__["__variables"]

    def __iter__(self):
        # Kalico takes the names for pairs.
        for name, _ in self.__dict__["__variables"]:
            yield name


class TemplateWrapperPython:
    """A compiled macro."""

    def __init__(self, name, script):
        self.name = name
        self.printer = None
        try:
            self.func = compile(script, name, "exec", dont_inherit=True)
        except SyntaxError as error:
            where = f" at line {error.lineno} column {error.offset}"
            raise CommandError(f"Error compiling expression '{name}': {_last_line(error)}{where}") from None
        meter.add_root(name)

    def run(self, printer, macro, names):
        """Runs it; `names`: what its caller gives it."""
        self.printer = printer
        context = dict(names)
        own = {}
        if macro is not None:
            variables = macro.variables
            context.update(variables)
            own["own_vars"] = TemplateVariableWrapperPython(variables)
        # The names of a macro hide variables of the same name.
        own.update((name, names[name]) for name in ("params", "rawparams") if name in names)
        context.update({**self._standard_names(), **own})
        try:
            exec(self.func, context, {})
        except Exception as error:
            text = f"Error evaluating '{self.name}': {_last_line(error)}"
            bridge_call("log", "error", text + "".join(_traceback_of(error)))
            raise CommandError(text) from None

    def _standard_names(self):
        actions = self.printer.lookup_object("gcode_macro").create_template_context()
        names = {name: action.function for name, action in actions.items() if name.startswith("action_")}
        names.update({name: names["action_" + name] for name in _SHORT})
        own = ("emit", "wait_while", "wait_until", "wait_moves", "blocking", "sleep", "set_gcode_variable")
        names.update({name: getattr(self, "_action_" + name) for name in own})
        return {**names, "printer": GetStatusWrapperPython(self.printer), "math": math}

    def _action_emit(self, gcode):
        gcode.split("\n")  # what is no text fails as it does in Kalico
        self.printer.lookup_object("gcode").run_script_from_command(gcode)

    def _action_wait_while(self, check):
        self.printer.wait_while(_called_with_time(check))

    def _action_wait_until(self, check):
        self.printer.wait_while(lambda _eventtime: not check())

    def _action_wait_moves(self):
        self.printer.lookup_object("toolhead").wait_moves()

    def _action_sleep(self, timeout):
        reactor = self.printer.get_reactor()
        reactor.pause(reactor.monotonic() + timeout)

    def _action_set_gcode_variable(self, macro, variable, value):
        self.printer.lookup_object(f"gcode_macro {macro}").variables[variable] = value

    def _action_blocking(self, func):
        reactor = self.printer.get_reactor()
        over = None if meter.live else reactor.completion()
        outcome = []

        def work():
            try:
                outcome[:] = (True, func())
            except BaseException as error:
                outcome[:] = (False, error)
            if over is not None:
                reactor.async_complete(over, True)

        threading.Thread(target=work, name=self.name, daemon=True).start()
        if over is not None:
            over.wait()
        while not outcome:
            reactor.pause(reactor.monotonic() + _POLL)
        done, value = outcome
        if not done:
            raise value
        return value


for _class in (GetStatusWrapperPython, TemplateVariableWrapperPython, TemplateWrapperPython):
    _class.__module__ = "klippy.extras.gcode_macro"  # what messages and `repr` say


def _called_with_time(check):
    """What is no function fails at its call, with Python's own words."""
    return check if callable(check) else lambda eventtime: check(eventtime)


def _last_line(error):
    return traceback.format_exception_only(type(error), error)[-1]


def _traceback_of(error):
    """The traceback from the macro's first frame on, without the bridge's own."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/kalico_bridge/" not in frame.filename]
    return ["Traceback (most recent call last):\n", *traceback.format_list(frames), *traceback.format_exception_only(type(error), error)]


def compiled(name, script):
    """What runs a macro: a function of the printer, the macro's section, and further names."""
    return TemplateWrapperPython(name, script).run

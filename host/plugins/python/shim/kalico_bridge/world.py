"""The surroundings of the plugin: module names, clocks, standard streams, and what the host asks of us."""
import gc
import importlib
import random
import sys
from kalico_bridge import clocks, codec, importing, meter, processes, status_watch, streams, tasks, threads, watch


class Control:
    """What the host calls by handle 1."""

    def configure(self, options):
        """Settings before the first import of a plugin; see `PythonHostOptions` on the other side."""
        sys.path[1:1] = options["importPaths"]
        importing.configure(options["extrasPaths"], options["pluginsPaths"])
        meter.configure(options)
        streams.install(options["outputLimit"])
        tasks.hang_seconds = options["hangSeconds"]
        processes.install(options["virtualTime"])
        if options["virtualTime"]:
            clocks.install()
            threads.install()
        status_watch.enabled = options["watch"]
        if options["watch"]:
            watch.install(options)
        return {"version": list(sys.version_info[:3]), "executable": sys.executable}

    def load(self, module):
        """Imports a module: the functions that the host looks for, and what it needs to know of it."""
        importing.take_place(module)
        meter.imports_cost = True
        try:
            found = importlib.import_module(module)
        except Exception as error:
            codec.note_origin(error)
            raise
        finally:
            meter.imports_cost = False
        names = ("load_config", "load_config_prefix", "register_components")
        exports = {name: getattr(found, name) for name in names if hasattr(found, name)}
        return {"file": getattr(found, "__file__", None), "exports": exports, "doc": found.__doc__}

    def keep_imports(self):
        """What the host holds now, it holds for ever."""
        codec.keep_own()

    def end_life(self):
        """What the host held of us in its last life is let go; the handles that we let go of in turn."""
        codec.forget_own()
        status_watch.forget()
        gc.collect()
        return codec.Released.take()

    def seed(self, number):
        """Starts the plugin's randomness again."""
        random.seed(number)

    def poll(self, wanted):
        """Which file descriptors are ready; see `file-descriptors.ts`."""
        return processes.poll(wanted)

    def compile_macro(self, name, script):
        """Compiles a macro written in Python; see `macros.py`."""
        from kalico_bridge import macros

        return macros.compiled(name, script)

    def call_keywords(self, function, arguments, named):
        """Calls a function with keyword arguments."""
        return function(*arguments, **named)

    def template_value(self, what, value, key=None):
        """What a template asks of an object: see `template-values.ts`."""
        if what == "attribute":
            return [hasattr(value, key), getattr(value, key, None)]
        if what == "item":
            try:
                return [True, value[key]]
            except (KeyError, IndexError, TypeError, AttributeError):
                return [False, None]
        if what == "contains":
            return key in value
        if what == "iterate":
            return list(value)
        return str(value)

    def lines_run(self):
        """Lines of the plugin that ran, by file."""
        return {file: sorted(lines) for file, lines in meter.lines_run.items()}

    def code_lines(self, files):
        """Lines that can run, by file; files that do not compile are left out."""
        found = {}
        for file in files:
            try:
                with open(file, "rb") as source:
                    found[file] = sorted(meter.code_lines(source.read(), file))
            except (OSError, SyntaxError, ValueError):
                continue
        return found

    def state(self):
        """Objects and threads alive, for the search for leaks."""
        return watch.state()


def prepare():
    """Before anything of a plugin runs."""
    assert codec.own_id(CONTROL) == 1
    importing.install()
    importlib.import_module("klippy.all_classes")
    importing.tell_missing_classes()


CONTROL = Control()

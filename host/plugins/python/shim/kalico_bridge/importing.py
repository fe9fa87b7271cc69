"""Import names: plugins say `from klippy import mcu`, `import mcu`, `from extras import probe` or `from . import
probe`; each finds the module of our package `klippy`, once, so that classes stay the same. Modules of Kalico
that this host does not offer raise ImportError with their name, and the host is told.
"""
import importlib.abc
import importlib.machinery
import importlib.util
import pkgutil
import sys

_PLUGIN_PACKAGES = ("klippy.extras", "klippy.plugins")
_ROOTS = ("extras", "plugins", "kinematics")
not_offered = []  # (module, file, line)


class _AliasFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `mcu`, `extras.probe` … as `klippy.mcu`, `klippy.extras.probe`."""

    def find_spec(self, name, path=None, target=None):
        head = name.split(".", 1)[0]
        if head == "klippy" or head.startswith("_"):
            return None
        full = "klippy." + name
        if head not in _ROOTS and head not in _core:
            return None
        try:
            spec = importlib.util.find_spec(full)
        except ImportError:
            return None
        if spec is None:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=spec.submodule_search_locations is not None)

    def create_module(self, spec):
        return importlib.import_module("klippy." + spec.name)

    def exec_module(self, module):
        pass


class _NotOffered(importlib.abc.MetaPathFinder):
    """Last of all: notes modules of Kalico that are asked for and not here."""

    def find_spec(self, name, path=None, target=None):
        full = name if name.startswith("klippy.") else "klippy." + name
        if name.startswith("klippy.") or name.split(".", 1)[0] in _ROOTS:
            from kalico_bridge import meter

            not_offered.append([full, *(meter.place() or ("", 0))])
        return None


_core = frozenset()  # names of the modules of klippy itself


def install():
    """Puts the finders in place, behind all others: a module of the plugin's own comes first."""
    global _core
    import klippy

    _core = frozenset(module.name for module in pkgutil.iter_modules(klippy.__path__))
    sys.meta_path += [_AliasFinder(), _NotOffered()]


def configure(extras_paths, plugins_paths):
    """Directories whose modules are part of klippy.extras and klippy.plugins."""
    for package, paths in zip(_PLUGIN_PACKAGES, (extras_paths, plugins_paths)):
        module = importlib.import_module(package)
        for path in paths:
            if path not in module.__path__:
                module.__path__.append(path)

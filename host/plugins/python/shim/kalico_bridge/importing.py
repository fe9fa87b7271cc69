"""Import names: plugins say `from klippy import mcu`, `import mcu`, `from extras import probe` or `from . import
probe`; each finds the module of our package `klippy`, once, so that classes stay the same. Modules of Kalico
that this host does not offer can be imported; what is asked of them raises with its name.
"""
import dis
import importlib.abc
import importlib.machinery
import importlib.util
import os
import pkgutil
import sys
from kalico_bridge import meter, proxy, tasks

_PLUGIN_PACKAGES = ("klippy.extras", "klippy.plugins")
_ROOTS = ("extras", "plugins", "kinematics")
_SHIM = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
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


class _NotOffered(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Last of all: stands in for modules of Kalico that this host does not offer, and notes who asks for them."""

    def find_spec(self, name, path=None, target=None):
        head = name.split(".", 1)[0]
        if head != "klippy" and head not in _ROOTS:
            full = "klippy." + name
            if not _in_kalico(full):
                return None
        else:
            full = name if head == "klippy" else "klippy." + name
            not_offered.append([full, *(meter.place() or ("", 0))])
            if not _in_kalico(full):
                return None
        spec = importlib.machinery.ModuleSpec(name, self, origin="not offered by this host", is_package=True)
        spec.loader_state = full
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        full = module.__spec__.loader_state

        def missing(member):
            if member.startswith("__"):
                raise AttributeError(member)
            _refuse(full, member)

        module.__getattr__ = missing


def _refuse(full, member):
    """A member of Kalico's module that is not here."""
    text = f"{full[7:]}.{member}: not offered by this host yet"
    frame = sys._getframe(2)
    if dis.opname[frame.f_code.co_code[frame.f_lasti]] == "IMPORT_FROM":
        raise ImportError(text)
    raise AttributeError(text)


def tell_missing_classes():
    """From here on, a class of Kalico's that a module of ours lacks is told from one that Kalico lacks too."""
    for full, module in list(sys.modules.items()):
        if full.startswith("klippy.") and not hasattr(module, "__getattr__"):
            module.__getattr__ = _class_lookup(full)


def _class_lookup(full):
    def lookup(member):
        if not member.startswith("_") and tasks.current() is not None and proxy.bridge_call("kalicoHasClass", f"{full[7:]}.{member}"):
            not_offered.append([f"{full}.{member}", *(meter.place() or ("", 0))])
            _refuse(full, member)
        raise AttributeError(f"module '{full}' has no attribute '{member}'")

    return lookup


def _in_kalico(full):
    """Whether Kalico has a module of that name."""
    return tasks.current() is not None and proxy.bridge_call("kalicoHasModule", full[7:])


_core = frozenset()  # names of the modules of klippy itself


def install():
    """Puts the finders in place, behind all others: a module of the plugin's own comes first."""
    global _core
    import klippy

    _core = frozenset(module.name for module in pkgutil.iter_modules(klippy.__path__))
    sys.meta_path += [_AliasFinder(), _NotOffered()]


def take_place(module):
    """Before a plugin is imported: a module of ours that has its name makes way for it."""
    known = sys.modules.get(module)
    if known is None or not (getattr(known, "__file__", None) or "").startswith(_SHIM):
        return
    del sys.modules[module]
    importlib.invalidate_caches()
    spec = importlib.util.find_spec(module)
    if spec is None or (spec.origin or "").startswith(_SHIM):
        sys.modules[module] = known  # there is no other


def configure(extras_paths, plugins_paths):
    """Directories whose modules are part of klippy.extras and klippy.plugins."""
    for package, paths in zip(_PLUGIN_PACKAGES, (extras_paths, plugins_paths)):
        module = importlib.import_module(package)
        for path in paths:
            if path not in module.__path__:
                module.__path__.insert(0, path)  # a plugin's file takes the place of a module of the host's

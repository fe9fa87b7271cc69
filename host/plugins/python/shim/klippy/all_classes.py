"""Imports every module that declares a class of host objects, so that each object finds its own."""
import importlib
import pkgutil
import klippy
import klippy.extras
import klippy.kinematics

for _package in (klippy, klippy.kinematics, klippy.extras):
    for _module in sorted(module.name for module in pkgutil.iter_modules(_package.__path__)):
        if _module != "all_classes":
            importlib.import_module(f"{_package.__name__}.{_module}")

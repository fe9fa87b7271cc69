from __future__ import annotations
import typing

if typing.TYPE_CHECKING:
    from klippy.configfile import ConfigWrapper


class MyPlugin:
    def __init__(self, config: ConfigWrapper):
        self.printer = config.get_printer()
        self.value = config.get("value")

    def get_status(self, eventtime: float | None = None) -> dict:
        "Shares the value with templates: {printer.my_plugin.value}"
        return {"value": self.value}


def load_config(config: ConfigWrapper) -> MyPlugin:
    "Makes the object of the section [my_plugin]"
    return MyPlugin(config)

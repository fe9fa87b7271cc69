"""Pins: descriptions, chips, and the objects for pins that chips make."""
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, host_exception, method

_PYTHON_KEYS = (("chip", "chip"), ("chipName", "chip_name"), ("pin", "pin"), ("invert", "invert"), ("pullup", "pullup"))


@host_exception("PinError")
class error(Exception):
    pass


def pin_params(value):
    """What the host found in a description, with Kalico's keys."""
    params = {key: value[name] for name, key in _PYTHON_KEYS}
    params["share_type"] = value.get("shareType")
    return params


def host_params(params):
    """Such a dictionary as the host takes it back."""
    value = {name: params[key] for name, key in _PYTHON_KEYS}
    value["shareType"] = params.get("share_type")
    return value


@host_class("PinResolver")
class PinResolver(HostObject):
    """Aliases and reservations of one chip."""

    reserved = attribute()
    aliases = attribute()
    active_pins = attribute()

    @method
    def reserve_pin(self, pin, reserve_name): ...

    @method
    def alias_pin(self, alias, pin): ...

    @method
    def update_command(self, cmd): ...


@host_class("PrinterPins")
class PrinterPins(HostObject):
    """The object `pins`."""

    error = error
    chips = attribute()
    active_pins = attribute()
    pin_resolvers = attribute()

    @method(returns=pin_params)
    def parse_pin(self, pin_desc, can_invert=False, can_pullup=False): ...

    @method(returns=pin_params, options=("can_invert", "can_pullup", "share_type"))
    def lookup_pin(self, pin_desc, can_invert=False, can_pullup=False, share_type=None): ...

    @method
    def setup_pin(self, pin_type, pin_desc): ...

    def reset_pin_sharing(self, pin_params):
        self._call("resetPinSharing", host_params(pin_params))

    @method
    def get_pin_resolver(self, chip_name): ...

    @method
    def register_chip(self, chip_name, chip): ...

    @method
    def allow_multi_use_pin(self, pin_desc): ...

    @property
    def allow_multi_use_pins(self):
        return {pin: True for pin in bridge_call("setMembers", self, "multiUse")}

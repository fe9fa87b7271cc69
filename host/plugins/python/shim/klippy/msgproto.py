"""The protocol with the micro-controllers: its errors. Messages go through the objects of module `mcu`."""
from kalico_bridge.proxy import HostObject, attribute, host_class, host_exception, method


@host_exception("ProtocolError")
class error(Exception):
    pass


class enumeration_error(error):
    """A name that is no member of an enumeration."""

    def __init__(self, enum_name, value):
        self.enum_name = enum_name
        self.value = value
        super().__init__(f"Unknown value '{value}' in enumeration '{enum_name}'")

    def get_enum_params(self):
        return self.enum_name, self.value


@host_class("MessageParser")
class MessageParser(HostObject):
    error = error

    @method
    def get_constants(self): ...

    @method
    def get_enumerations(self): ...

    @method(returns=float)
    def get_constant_float(self, name): ...

    @method
    def get_version_info(self): ...

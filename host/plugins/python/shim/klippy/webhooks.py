"""Endpoints of the API, requests to them, and methods that clients offer."""
from kalico_bridge import codec
from kalico_bridge.proxy import HostObject, attribute, bridge_call, host_class, host_exception
from kalico_bridge.proxy import method as declared
from klippy import gcode

REQUEST_LOG_SIZE = 20


@host_exception("WebRequestError")
class WebRequestError(gcode.CommandError):
    """A request that cannot be carried out."""

    def __init__(self, message):
        Exception.__init__(self, message)

    def to_dict(self):
        return {"error": "WebRequestError", "message": str(self)}


class Sentinel:
    """Stands for a default that is not given."""


class _ClientConnection(HostObject):
    @declared
    def send(self, data): ...

    @declared
    def is_closed(self): ...


codec.host_class("ClientConnection", "ApiClient")(_ClientConnection)
ClientConnection = _ClientConnection
_NAMES = {str: "str", int: "int", float: "float", dict: "dict", list: "list", bool: "bool", type(None): "None"}


@host_class("WebRequest")
class WebRequest(HostObject):
    """A request on its way to its endpoint."""

    error = WebRequestError
    id = attribute()
    method = attribute()
    params = attribute()
    response = attribute()
    is_error = attribute(bool)
    client_conn = attribute()

    def __init__(self, client_conn, request):
        codec.adopt(self, bridge_call("makeWebRequest", client_conn, request))

    @declared
    def get_client_connection(self): ...

    def get(self, item, default=Sentinel, types=None):
        options = {} if default is Sentinel else {"default": default}
        if types is not None:
            options["types"] = [_NAMES.get(kind, "") for kind in types]
        return self._call("get", item, options)

    def get_str(self, item, default=Sentinel):
        return self.get(item, default, types=(str,))

    def get_int(self, item, default=Sentinel):
        return self.get(item, default, types=(int,))

    def get_float(self, item, default=Sentinel):
        value = self.get(item, default, types=(int, float))
        return value if value is default else float(value)

    def get_dict(self, item, default=Sentinel):
        return self.get(item, default, types=(dict,))

    @declared
    def get_method(self): ...

    def set_error(self, error):
        self._set("isError", True)
        self._set("response", error.to_dict())

    @declared
    def send(self, data): ...

    @declared
    def finish(self): ...


@host_class("WebHooks")
class WebHooks(HostObject):
    """The object `webhooks`."""

    printer = attribute()

    @declared
    def register_endpoint(self, path, callback): ...

    @declared
    def register_mux_endpoint(self, path, key, value, callback): ...

    @declared
    def get_connection(self): ...

    @declared
    def get_callback(self, path): ...

    @declared
    def get_status(self, eventtime): ...

    @declared(returns=tuple)
    def stats(self, eventtime): ...

    def call_remote_method(self, method, **kwargs):
        self._call("callRemoteMethod", method, kwargs)


class GCodeHelper:
    """Endpoints of G-code. Plugins ask only whether an output belongs to clients; here none is of this class."""

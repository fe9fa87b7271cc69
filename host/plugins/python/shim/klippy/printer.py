"""The printer: objects, events, state."""
from kalico_bridge.proxy import REQUIRED, HostObject, attribute, bridge_call, host_class, host_exception, method
from klippy import configfile, gcode
from kalico_bridge import current


@host_exception("WaitInterrupted")
class WaitInterruption(gcode.CommandError):
    pass


@host_class("Printer", "PrinterHost")
class Printer(HostObject):
    """The printer; the module `current` remembers the one of this life for functions that name none."""

    def __new__(cls, *_arguments):
        made = super().__new__(cls)
        current.note(made)
        return made

    config_error = configfile.error
    command_error = gcode.CommandError
    wait_interrupted = WaitInterruption
    objects = attribute()

    @property
    def reactor(self):
        return self.get_reactor()

    @property
    def start_args(self):
        return self.get_start_args()

    @property
    def state_message(self):
        return self.get_state_message()[0]

    @property
    def in_shutdown_state(self):
        return self.is_shutdown()

    @method
    def get_reactor(self): ...

    def get_start_args(self):
        return bridge_call("startArgs", self)

    @method(returns=tuple)
    def get_state_message(self): ...

    @method
    def is_shutdown(self): ...

    @method
    def add_object(self, name, obj): ...

    @method
    def lookup_object(self, name, default=REQUIRED): ...

    def lookup_objects(self, module=None):
        return [tuple(pair) for pair in self._call("lookupObjects", *([] if module is None else [module]))]

    @method
    def load_object(self, config, section, default=REQUIRED): ...

    @method
    def lookup_components(self, subsystem): ...

    @method
    def register_event_handler(self, event, callback): ...

    @method(name="sendEventNow")
    def send_event(self, event, *params): ...

    @method
    def invoke_shutdown(self, msg): ...

    @method
    def invoke_async_shutdown(self, msg): ...

    @method
    def request_exit(self, result): ...

    @method(options=("error_on_cancel", "interval"))
    def wait_while(self, condition, error_on_cancel=True, interval=1.0): ...

    @method
    def set_rollover_info(self, name, info, log=True): ...



"""Stepper drivers by Trinamic: registers, fields, currents, and the objects `tmcXXXX <stepper>`."""
from kalico_bridge.proxy import HostObject, attribute, host_class, method
from klippy import stepper

_LONGEST = 0xFFFFF


def _status(value):
    for name in ("run_current", "hold_current", "phase_offset_position", "temperature"):
        if value.get(name) is not None:
            value[name] = float(value[name])
    return value


def _currents(value):
    return tuple(None if item is None else float(item) for item in value)


@host_class("FieldHelper")
class FieldHelper(HostObject):
    """The registers of one driver as the host composes them, and the fields in them."""

    registers = attribute()

    def _fixed(self, name, make):
        known = self.__dict__.get(name)
        if known is None:
            known = self.__dict__[name] = make()
        return known

    @property
    def all_fields(self):
        return self._fixed("_all_fields", lambda: self._get("allFields"))

    @property
    def signed_fields(self):
        return self._fixed("_signed_fields", lambda: {name: 1 for name in self._get("signedFields")})

    @property
    def field_to_register(self):
        return self._fixed("_owners", lambda: {field: register for register, fields in self.all_fields.items() for field in fields})

    def _check(self, field_name, reg_name):
        register = self.field_to_register[field_name] if reg_name is None else reg_name
        self.all_fields[register][field_name]  # KeyError of what is not there

    def lookup_register(self, field_name, default=None):
        return self.field_to_register.get(field_name, default)

    def get_field(self, field_name, reg_value=None, reg_name=None):
        self._check(field_name, reg_name)
        return self._call("getField", field_name, reg_value, reg_name)

    def set_field(self, field_name, field_value, reg_value=None, reg_name=None):
        self._check(field_name, reg_name)
        return self._call("setField", field_name, int(field_value), reg_value, reg_name)

    def set_config_field(self, config, field_name, default):
        self._check(field_name, None)
        return self._call("setConfigField", config, field_name, default)

    @method
    def pretty_format(self, reg_name, reg_value): ...

    def get_reg_fields(self, reg_name, reg_value):
        return self._call("getRegFields", reg_name, reg_value) if reg_name in self.all_fields else {}


@host_class("McuTmcUart", "McuTmcSpi", "McuTmc2660Spi")
class MCU_TMC(HostObject):
    """The chip at the other end of a bus."""

    name = attribute(str)

    @property
    def fields(self):
        return self.get_fields()

    @property
    def name_to_reg(self):
        known = self.__dict__.get("_name_to_reg")
        if known is None:
            known = self.__dict__["_name_to_reg"] = self.get_fields()._get("registerAddresses")
        return known

    @method
    def get_fields(self): ...

    def get_register(self, reg_name):
        self.name_to_reg[reg_name]  # KeyError of what is not there
        return self._call("getRegister", reg_name)

    def set_register(self, reg_name, val, print_time=None):
        self.name_to_reg[reg_name]
        self._call("setRegister", reg_name, int(val), print_time)

    @method(returns=float)
    def get_tmc_frequency(self): ...


@host_class("SenseCurrentHelper", "Tmc5160CurrentHelper", "Tmc2240CurrentHelper", "Tmc2660CurrentHelper")
class BaseTMCCurrentHelper(HostObject):
    """Currents of a driver, A RMS."""

    printer = attribute()
    name = attribute(str)
    mcu_tmc = attribute()
    fields = attribute()
    max_current = attribute(float)
    sense_resistor = attribute(float)
    config_run_current = attribute(float)
    config_hold_current = attribute(float)
    config_home_current = attribute(float)
    current_change_dwell_time = attribute(float)
    req_run_current = attribute(float)
    req_hold_current = attribute(float)
    req_home_current = attribute(float)
    actual_current = attribute(float)

    @method(returns=_currents)
    def get_current(self): ...

    def needs_home_current_change(self):
        return self.actual_current != self.req_home_current

    def needs_run_current_change(self):
        return self.actual_current != self.req_run_current

    def needs_hold_current_change(self, hold_current):
        return hold_current != self.req_hold_current

    @method
    def set_home_current(self, new_home_current): ...

    @method
    def set_run_current(self, new_run_current): ...

    @method
    def set_hold_current(self, new_hold_current): ...

    def set_actual_current(self, current):
        self.actual_current = current

    @method(returns=float)
    def set_current_for_homing(self, print_time, pre_homing): ...

    @method
    def apply_current(self, print_time): ...

    @method
    def set_current(self, new_current, hold_current, print_time, force=False): ...


@host_class("ErrorCheck")
class TMCErrorCheck(HostObject):
    """The watch over a driver's flags."""

    @method
    def get_status(self, eventtime=None): ...


@host_class("TmcCommandHelper")
class TMCCommandHelper(HostObject):
    """What all drivers do: sending registers, the phase, and the commands DUMP_TMC, INIT_TMC, SET_TMC_FIELD, SET_TMC_CURRENT."""

    printer = attribute()
    name = attribute(str)
    stepper_name = attribute(str)
    mcu_tmc = attribute()
    fields = attribute()
    current_helper = attribute()
    echeck_helper = attribute(name="errorCheck")
    stepper = attribute()
    stepper_enable = attribute()
    mcu_phase_offset = attribute()
    toff = attribute()
    read_registers = attribute(tuple)

    @property
    def read_translate(self):
        if self._get("translation") is None:
            return None
        return lambda reg_name, val: tuple(self._call("readTranslate", reg_name, val))

    @method(name="initRegisters")
    def _init_registers(self, print_time=None): ...

    @method(returns=tuple)
    def get_phase_offset(self): ...

    @method(returns=_status)
    def get_status(self, eventtime=None): ...


@host_class("TmcDriver")
class TMCDriver(HostObject):
    """The objects `tmcXXXX <stepper>`: in Kalico their methods are those of the command helper."""

    mcu_tmc = attribute()
    fields = attribute()
    _commands = attribute(name="commands")

    def _helper(self):
        known = self.__dict__.get("_known_helper")
        if known is None:
            known = self.__dict__["_known_helper"] = self._commands
        return known

    @property
    def get_status(self):
        return self._helper().get_status

    @property
    def get_phase_offset(self):
        return self._helper().get_phase_offset


def TMCtstepHelper(mcu_tmc, velocity, pstepper=None, config=None):
    """Ticks of the driver's clock between two steps of 1/256 at a velocity in mm/s."""
    if velocity <= 0.0:
        return _LONGEST
    if pstepper is not None:
        distance = pstepper.get_step_dist()
    else:
        section = config.getsection(" ".join(config.get_name().split()[1:]))
        rotation_dist, steps_per_rotation = stepper.parse_step_distance(section)
        distance = rotation_dist / steps_per_rotation
    full = distance / 2 ** mcu_tmc.get_fields().get_field("mres")
    return max(0, min(_LONGEST, int(mcu_tmc.get_tmc_frequency() * full / velocity + 0.5)))

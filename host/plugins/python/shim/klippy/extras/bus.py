"""SPI and I2C buses of the micro-controllers, and output pins that change in order with their traffic.

A bus is made of commands of its micro-controller: firmware without them ends the connect with "Unknown command".
"""
from klippy import mcu as mcu_module

_SOFTWARE_SPI = ("spi_software_miso_pin", "spi_software_mosi_pin", "spi_software_sclk_pin")
_SOFTWARE_I2C = ("i2c_software_scl_pin", "i2c_software_sda_pin")


def resolve_bus_name(mcu, param, bus):
    """The name of a bus for a command, with the pins of the bus reserved for it."""
    names = mcu.get_enumerations().get(param)
    if names is None:
        return 0 if bus is None else bus
    ppins = mcu.get_printer().lookup_object("pins")
    if bus is None:
        bus = next((name for name, number in names.items() if number == 0), None)
        if bus is None:
            raise ppins.error(f"Must specify {param} on mcu '{mcu.get_name()}'")
    if bus not in names:
        raise ppins.error(f"Unknown {param} '{bus}'")
    reserved = mcu.get_constants().get(f"BUS_PINS_{bus}")
    resolver = ppins.get_pin_resolver(mcu.get_name())
    for pin in reserved.split(",") if reserved else ():
        resolver.reserve_pin(pin, bus)
    return bus


class _BusObject:
    """What a device on a bus keeps."""

    def __init__(self, mcu, cmd_queue=None):
        self.mcu = mcu
        self.oid = mcu.create_oid()
        self.cmd_queue = mcu.alloc_command_queue() if cmd_queue is None else cmd_queue
        mcu.register_config_callback(self.build_config)

    def get_oid(self):
        return self.oid

    def get_mcu(self):
        return self.mcu

    def get_command_queue(self):
        return self.cmd_queue

    def _command(self, text):
        return self.mcu.lookup_command(text, cq=self.cmd_queue)

    def _query(self, command, answer):
        return self.mcu.lookup_query_command(command, answer, oid=self.oid, cq=self.cmd_queue)


class MCU_SPI(_BusObject):
    """A device on an SPI bus."""

    def __init__(self, mcu, bus, pin, mode, speed, sw_pins=None, cs_active_high=False):
        super().__init__(mcu)
        self.bus = bus
        self.speed = speed
        self._mode = mode
        self._software_pins = sw_pins
        if pin is None:
            mcu.add_config_cmd(f"config_spi_without_cs oid={self.oid}")
        else:
            mcu.add_config_cmd(f"config_spi oid={self.oid} pin={pin} cs_active_high={int(cs_active_high)}")

    def setup_shutdown_msg(self, shutdown_seq):
        oid = self.mcu.create_oid()
        self.mcu.add_config_cmd(f"config_spi_shutdown oid={oid} spi_oid={self.oid} shutdown_msg={bytes(shutdown_seq).hex()}")

    def build_config(self):
        if self._software_pins is not None:
            miso, mosi, sclk = self._software_pins
            ticks = self.mcu.seconds_to_clock(1.0 / self.speed)
            where = f"spi_set_sw_bus oid={self.oid} miso_pin={miso} mosi_pin={mosi} sclk_pin={sclk} mode={self._mode} pulse_ticks={ticks}"
        else:
            bus = resolve_bus_name(self.mcu, "spi_bus", self.bus)
            where = f"spi_set_bus oid={self.oid} spi_bus={bus} mode={self._mode} rate={self.speed}"
        self.mcu.add_config_cmd(where)
        self.spi_send_cmd = self._command("spi_send oid=%c data=%*s")
        self.spi_transfer_cmd = self._query("spi_transfer oid=%c data=%*s", "spi_transfer_response oid=%c response=%*s")

    def spi_send(self, data, minclock=0, reqclock=0):
        self.spi_send_cmd.send([self.oid, bytes(data)], minclock=minclock, reqclock=reqclock)

    def spi_send_wait_ack(self, data, minclock=0, reqclock=0):
        self.spi_send_cmd.send_wait_ack([self.oid, bytes(data)], minclock=minclock, reqclock=reqclock)

    def spi_transfer(self, data, minclock=0, reqclock=0):
        return self.spi_transfer_cmd.send([self.oid, bytes(data)], minclock=minclock, reqclock=reqclock)

    def spi_transfer_with_preface(self, preface_data, data, minclock=0, reqclock=0):
        preface = [self.oid, bytes(preface_data)]
        return self.spi_transfer_cmd.send_with_preface(self.spi_send_cmd, preface, [self.oid, bytes(data)], minclock, reqclock)


def _software_pins(config, mcu, options):
    """The pins of a bus that the firmware makes by itself, or None."""
    if config.get(options[-1] if options is _SOFTWARE_SPI else options[0], None) is None:
        return None
    ppins = config.get_printer().lookup_object("pins")
    found = [ppins.lookup_pin(config.get(option), share_type=option) for option in options]
    for params in found:
        if params["chip"] != mcu:
            raise ppins.error(f"{config.get_name()}: bus pins must be on same mcu")
    return tuple(params["pin"] for params in found)


def MCU_SPI_from_config(config, mode, pin_option="cs_pin", default_speed=100000, share_type=None, cs_active_high=False):
    """The device that a section describes."""
    ppins = config.get_printer().lookup_object("pins")
    cs_params = ppins.lookup_pin(config.get(pin_option), share_type=share_type)
    pin = cs_params["pin"]
    if pin == "None":
        ppins.reset_pin_sharing(cs_params)
        pin = None
    speed = config.getint("spi_speed", default_speed, minval=100000)
    sw_pins = _software_pins(config, cs_params["chip"], _SOFTWARE_SPI)
    bus = config.get("spi_bus", None) if sw_pins is None else None
    return MCU_SPI(cs_params["chip"], bus, pin, mode, speed, sw_pins, cs_active_high)


class MCU_I2C(_BusObject):
    """A device on an I2C bus."""

    def __init__(self, mcu, bus, addr, speed, sw_pins=None):
        super().__init__(mcu)
        self.bus = bus
        self.speed = speed
        self.i2c_address = addr
        self._software_pins = sw_pins
        mcu.add_config_cmd(f"config_i2c oid={self.oid}")

    def get_i2c_address(self):
        return self.i2c_address

    def build_config(self):
        if self._software_pins is not None:
            scl, sda = self._software_pins
            ticks = self.mcu.seconds_to_clock(1.0 / self.speed / 2)
            where = f"i2c_set_sw_bus oid={self.oid} scl_pin={scl} sda_pin={sda} pulse_ticks={ticks} address={self.i2c_address}"
        else:
            bus = resolve_bus_name(self.mcu, "i2c_bus", self.bus)
            where = f"i2c_set_bus oid={self.oid} i2c_bus={bus} rate={self.speed} address={self.i2c_address}"
        self.mcu.add_config_cmd(where)
        self.i2c_write_cmd = self._command("i2c_write oid=%c data=%*s")
        self.i2c_read_cmd = self._query("i2c_read oid=%c reg=%*s read_len=%u", "i2c_read_response oid=%c response=%*s")

    def i2c_write_noack(self, data, minclock=0, reqclock=0):
        self.i2c_write_cmd.send([self.oid, bytes(data)], minclock=minclock, reqclock=reqclock)

    def i2c_write(self, data, minclock=0, reqclock=0):
        self.i2c_write_wait_ack(data, minclock, reqclock)

    def i2c_write_wait_ack(self, data, minclock=0, reqclock=0):
        self.i2c_write_cmd.send_wait_ack([self.oid, bytes(data)], minclock=minclock, reqclock=reqclock)

    def i2c_read(self, write, read_len, retry=True):
        return self.i2c_read_cmd.send([self.oid, bytes(write), read_len], retry=retry)


def MCU_I2C_from_config(config, default_addr=None, default_speed=100000):
    """The device that a section describes."""
    mcu = mcu_module.get_printer_mcu(config.get_printer(), config.get("i2c_mcu", "mcu"))
    speed = config.getint("i2c_speed", default_speed, minval=100000)
    default = () if default_addr is None else (default_addr,)
    addr = config.getint("i2c_address", *default, minval=0, maxval=127)
    sw_pins = _software_pins(config, mcu, _SOFTWARE_I2C)
    bus = config.get("i2c_bus", None) if sw_pins is None else None
    return MCU_I2C(mcu, bus, addr, speed, sw_pins)


class MCU_bus_digital_out(_BusObject):
    """An output pin whose changes keep their place among the commands of a bus."""

    def __init__(self, mcu, pin_desc, cmd_queue=None, value=0):
        super().__init__(mcu, cmd_queue)
        ppins = mcu.get_printer().lookup_object("pins")
        params = ppins.lookup_pin(pin_desc)
        if params["chip"] != mcu:
            raise ppins.error("Pin must be on same mcu as the bus device")
        value = int(bool(value))
        mcu.add_config_cmd(f"config_digital_out oid={self.oid} pin={params['pin']} value={value} default_value={value} max_duration=0")

    def build_config(self):
        self.update_pin_cmd = self._command("update_digital_out oid=%c value=%c")

    def update_digital_out(self, value, minclock=0, reqclock=0):
        self.update_pin_cmd.send([self.oid, int(bool(value))], minclock=minclock, reqclock=reqclock)

"""Accelerometers: chips that measure while somebody wants it, and what was measured for a plugin."""
import collections

from kalico_bridge.made import construct, host_function
from kalico_bridge.proxy import HostObject, attribute, host_class, method

# Batches that one measurement takes, some 16 minutes.
_MOST_BATCHES = 10000
_POLL_SECONDS = 0.1

Accel_Measurement = collections.namedtuple("Accel_Measurement", ("time", "accel_x", "accel_y", "accel_z"))


class AccelQueryHelper:
    """A measurement: batches from the end of the moves queued at its start to that of those queued at its end."""

    def __init__(self, printer):
        self.printer = printer
        self.is_finished = False
        self.request_start_time = self.request_end_time = printer.lookup_object("toolhead").get_last_move_time()
        self.msgs = []
        self.samples = []

    def finish_measurements(self):
        """Ends with the moves that are queued now, and waits until they are done."""
        toolhead = self.printer.lookup_object("toolhead")
        self.request_end_time = toolhead.get_last_move_time()
        toolhead.wait_moves()
        # In a batch of moves nobody waits for them; samples take their time all the same.
        reactor, mcu = self.printer.get_reactor(), self.printer.lookup_object("mcu")
        now = reactor.monotonic()
        while mcu.estimated_print_time(now) < self.request_end_time and not self.printer.is_shutdown():
            now = reactor.pause(now + _POLL_SECONDS)
        self.is_finished = True

    def handle_batch(self, msg):
        if self.is_finished or len(self.msgs) >= _MOST_BATCHES:
            return False
        self.msgs.append(msg)
        return True

    def has_valid_samples(self):
        for msg in self.msgs:
            data = msg["data"]
            if data[0][0] <= self.request_end_time and data[-1][0] >= self.request_start_time:
                return True
        return False

    def get_samples(self):
        """What was measured from start to end; kept from the first call that finds something."""
        found = [
            Accel_Measurement(*map(float, row))
            for msg in self.msgs
            for row in msg["data"]
            if self.request_start_time <= row[0] <= self.request_end_time
        ]
        self.samples = found or self.samples
        return self.samples

    def write_to_file(self, filename):
        host_function(self.printer, "extras.adxl345.write_samples", filename, [list(row) for row in self.samples or self.get_samples()])


@host_class("AccelCommands")
class AccelCommandHelper(HostObject):
    """The commands ACCELEROMETER_… for a chip, also for one of a plugin's own."""

    printer = attribute()
    chip = attribute()

    def __init__(self, config, chip):
        construct(self, config, "extras.adxl345.AccelCommandHelper", config, chip)


@host_class("Accelerometer")
class ADXL345(HostObject):
    """The objects `adxl345`, `lis2dw`, `lis3dh`, `mpu9250` and `icm20948`."""

    printer = attribute()
    name = attribute(str)
    data_rate = attribute(int)
    mcu = attribute()
    oid = attribute(int)
    batch_bulk = attribute()

    @method
    def check_connected(self): ...

    @method(returns=int)
    def read_reg(self, reg): ...

    @method
    def set_reg(self, reg, val, minclock=0): ...

    def start_internal_client(self):
        self.check_connected()
        client = AccelQueryHelper(self.printer)
        self.batch_bulk.add_client(client.handle_batch)
        return client

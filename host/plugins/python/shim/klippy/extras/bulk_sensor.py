"""Sensors that measure faster than the host asks: their data come in blocks, timed by the sensor's own clock."""
import logging
import threading

from kalico_bridge.proxy import HostObject, host_class, method

BATCH_INTERVAL = 0.500
MAX_BULK_MSG_SIZE = 51


class BatchBulkHelper:
    """Runs a measurement while somebody wants it, and hands each client what came in a batch interval."""

    def __init__(self, printer, batch_cb, start_cb=None, stop_cb=None, batch_interval=BATCH_INTERVAL):
        self.printer = printer
        self.batch_cb = batch_cb
        self.start_cb = start_cb or (lambda: None)
        self.stop_cb = stop_cb or (lambda: None)
        self.batch_interval = batch_interval
        self.client_cbs = []
        self.batch_timer = None
        self.is_started = False
        self.webhooks_start_resp = {}

    def _guarded(self, step, what):
        try:
            return step()
        except self.printer.command_error:
            logging.exception("BatchBulkHelper %s callback error", what)
            return None

    def _start(self):
        if self.is_started:
            return
        self.is_started = True
        try:
            self.start_cb()
        except self.printer.command_error:
            self.is_started = False
            self.client_cbs.clear()
            raise
        reactor = self.printer.get_reactor()
        self.batch_timer = reactor.register_timer(self._proc_batch, reactor.monotonic() + self.batch_interval)

    def _stop(self):
        self.client_cbs.clear()
        timer, self.batch_timer = self.batch_timer, None
        self.printer.get_reactor().unregister_timer(timer)
        if self.is_started:
            self._guarded(self.stop_cb, "stop")
            self.is_started = False
        if self.client_cbs:
            # Somebody came while the measurement stopped.
            self._guarded(self._start, "start")

    def _proc_batch(self, eventtime):
        message = self._guarded(lambda: self.batch_cb(eventtime), "batch")
        if message:
            for client in list(self.client_cbs):
                if not client(message) and client in self.client_cbs:
                    self.client_cbs.remove(client)
        if self.client_cbs:
            return eventtime + self.batch_interval
        self._stop()
        return self.printer.get_reactor().NEVER

    def add_client(self, client_cb):
        self.client_cbs.append(client_cb)
        self._start()

    def add_mux_endpoint(self, path, key, value, webhooks_start_resp):
        self.webhooks_start_resp = webhooks_start_resp
        self.printer.lookup_object("webhooks").register_mux_endpoint(path, key, value, self._add_api_client)

    def _add_api_client(self, web_request):
        self.add_client(BatchWebhooksClient(web_request).handle_batch)
        web_request.send(self.webhooks_start_resp)


@host_class("BatchBulk")
class HostBatchBulk(HostObject):
    """A measurement of the host's in batches."""

    @method
    def add_client(self, client_cb): ...


class BatchWebhooksClient:
    """A client of the API server that gets batches."""

    def __init__(self, web_request):
        self.cconn = web_request.get_client_connection()
        self.template = web_request.get_dict("response_template", {})

    def handle_batch(self, msg):
        if self.cconn.is_closed():
            return False
        self.cconn.send({**self.template, "params": msg})
        return True


class BulkDataQueue:
    """Messages of one kind, in the order in which they came."""

    def __init__(self, mcu, msg_name="sensor_bulk_data", oid=None):
        self.lock = threading.Lock()
        self.raw_samples = []
        mcu.register_response(self._handle_data, msg_name, oid)

    def _handle_data(self, params):
        with self.lock:
            self.raw_samples.append(params)

    def pull_queue(self):
        with self.lock:
            samples, self.raw_samples = self.raw_samples, []
        return samples

    def clear_queue(self):
        self.pull_queue()


def __getattr__(name):
    if name in ("ClockSyncRegression", "FixedFreqReader"):
        raise AttributeError(f"extras.bulk_sensor.{name}: not offered by this host yet")
    raise AttributeError(f"module 'klippy.extras.bulk_sensor' has no attribute '{name}'")

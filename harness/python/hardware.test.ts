/** Python plugins and the hardware of the printer: pins, micro-controllers, steppers, homing and probing. */
import { afterEach, describe, expect, it } from "vitest";
import { PythonPrinter, type PythonPrinterOptions } from "../testing/python-printer.js";

const opened: PythonPrinter[] = [];
afterEach(() => { for (const printer of opened.splice(0)) printer.close(); });

async function started(options: PythonPrinterOptions): Promise<PythonPrinter> {
  const printer = new PythonPrinter(options);
  opened.push(printer);
  const message = await printer.start();
  if (printer.state !== "ready") throw new Error(`${message}\n${printer.log.join("\n")}`);
  return printer;
}

const indented = (text: string, by: number): string => text.trim().split("\n").map((line) => " ".repeat(by) + line).join("\n");

/** A plugin with a command TRY; given are the bodies of its constructor and of the command, and further methods. */
const plugin = (body: string, init: string, methods: string): string => `
import logging, math
from klippy import mcu, pins, stepper, chelper, msgproto
from klippy.extras import homing, pulse_counter, output_pin


class Plugin:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.gcode = self.printer.lookup_object("gcode")
        self.gcode.register_command("TRY", self.cmd_TRY)
${indented(init, 8)}

    def cmd_TRY(self, gcmd):
        printer = self.printer
        toolhead = printer.lookup_object("toolhead")
        say = gcmd.respond_info
${indented(body, 8)}

${indented(methods, 4)}


def load_config(config):
    return Plugin(config)
`;

async function tried(body: string, watchPlugins: boolean, { init = "pass", methods = "", tail = "", config = "", script = "TRY" } = {}): Promise<string[]> {
  const printer = await started({ files: { "tried.py": `${plugin(body, init, methods)}\n${tail}` }, config: `[tried]\n${config}`, watchPlugins });
  return printer.gcode(script);
}

for (const watchPlugins of [false, true]) {
  describe(`hardware for Python plugins ${watchPlugins ? "behind the membrane" : "in a plain host"}`, () => {
    it("gives kinematics, rails and steppers with Kalico's types", async () => {
      const said = await tried(`
kin = toolhead.get_kinematics()
steppers = kin.get_steppers()
say(" ".join(s.get_name() for s in steppers))
say(repr([s.get_name() for s in steppers if s.is_active_axis("z")]))
z = kin.rails[2]
say(repr((z.get_range(), z.position_endstop, z.get_homing_info().retract_dist, z.get_name(short=True))))
say(repr((steppers[0].get_step_dist(), steppers[0].get_rotation_distance(), steppers[0].get_mcu().get_name())))
say(repr([(e.get_mcu() is steppers[0].get_mcu(), name) for e, name in z.get_endstops()]))
say(repr((tuple(kin.axes_max)[:3], kin.limits[0], kin.get_status(0)["homed_axes"])))
kin.limits[0] = (1.0, 2.0)
kin.limits[1] = (3.0, 4.0)
say(repr((kin.limits[:2], toolhead.get_status(0)["homed_axes"])))
kin.clear_homing_state("x")
say(repr(kin.calc_position({s.get_name(): 3 for s in steppers})))
`, watchPlugins);
      expect(said).toEqual([
        "// stepper_x stepper_y stepper_z",
        "// ['stepper_z']",
        "// ((0.0, 200.0), 0.5, 5.0, 'z')",
        "// (0.0125, (40.0, 3200), 'mcu')",
        "// [(True, 'z')]",
        "// ((220.0, 220.0, 200.0), (1.0, -1.0), '')",
        "// ([(1.0, 2.0), (3.0, 4.0)], 'xy')",
        "// [3.0, 3.0, 3.0]",
      ]);
    });

    it("reads pins as Kalico's dictionaries and refuses them in its words", async () => {
      const said = await tried(`
ppins = printer.lookup_object("pins")
params = ppins.parse_pin("^!PB6", True, True)
say(repr(sorted(params.items(), key=str)[1:]))
for bad in (lambda: ppins.lookup_pin("nowhere:PB1"), lambda: ppins.lookup_pin("PF0"), lambda: ppins.setup_pin("nothing", "PC7")):
    try:
        bad()
    except pins.error as e:
        say("%s %s" % (type(e).__name__, e))
say(repr(ppins.lookup_pin("PC6", share_type="x") == ppins.lookup_pin("PC6", share_type="x")))
`, watchPlugins);
      expect(said).toEqual([
        "// [('chip_name', 'mcu'), ('invert', 1), ('pin', 'PB6'), ('pullup', 1), ('share_type', None)]",
        "// error Unknown pin chip name 'nowhere'",
        "// error pin PF0 used multiple times in config",
        "// error pin type nothing not supported on mcu",
        "// True",
      ]);
    });

    it("sets outputs, reads analog pins and asks the micro-controller", async () => {
      const said = await tried(`
mcu_obj = printer.lookup_object("mcu")
now = self.reactor.monotonic()
at = mcu_obj.estimated_print_time(now) + 0.3
self.out.set_digital(at, 1)
self.pwm.set_pwm(at, 0.5)
toolhead.dwell(3.0)
toolhead.wait_moves()
say(repr((type(self.adc.get_last_value()).__name__, len(self.values) > 0, mcu_obj.get_constant_float("CLOCK_FREQ"))))
params = self.query.send([self.oid])
say(repr((params["oid"] == self.oid, params["pin_value"], "#receive_time" in params)))
say(repr(mcu_obj.clock_to_print_time(mcu_obj.print_time_to_clock(at)) - at < 0.001))
say(repr((mcu_obj.is_fileoutput(), mcu_obj.seconds_to_clock(1), mcu_obj.get_enumerations()["pin"]["PA1"])))
try:
    mcu_obj.lookup_command("no_such_command oid=%c")
except printer.command_error:
    say("command error")
except Exception as e:
    from klippy import msgproto
    say("%s %s" % (isinstance(e, msgproto.error), e))
say(repr(mcu_obj.try_lookup_command("no_such_command oid=%c")))
`, watchPlugins, {
        init: `
ppins = self.printer.lookup_object("pins")
self.out = ppins.setup_pin("digital_out", "PC0")
self.out.setup_max_duration(0.)
self.out.setup_start_value(0, 0)
self.pwm = ppins.setup_pin("pwm", "PC1")
self.pwm.setup_cycle_time(0.01)
self.pwm.setup_max_duration(0.)
self.adc = ppins.setup_pin("adc", "PK1")
self.adc.setup_minmax(0.001, 8, minval=0., maxval=1., range_check_count=4)
self.values = []
self.adc.setup_adc_callback(0.1, lambda t, v: self.values.append((t, v)))
self.mcu = self.printer.lookup_object("mcu")
self.oid = self.mcu.create_oid()
self.mcu.register_config_callback(self.build)`,
        methods: `
def build(self):
    self.mcu.add_config_cmd("config_endstop oid=%d pin=PE4 pull_up=1" % (self.oid,))
    self.mcu.add_config_cmd("endstop_home oid=%d clock=0 sample_ticks=0 sample_count=0 rest_ticks=0 pin_value=0 trsync_oid=0 trigger_reason=0" % (self.oid,), on_restart=True)
    cmd_queue = self.mcu.alloc_command_queue()
    self.query = self.mcu.lookup_query_command("endstop_query_state oid=%c", "endstop_state oid=%c homing=%c next_clock=%u pin_value=%c", oid=self.oid, cq=cmd_queue)`,
      });
      expect(said).toEqual([
        "// ('tuple', True, 16000000.0)",
        "// (True, 1, True)",
        "// True",
        "// (False, 16000000, 1)",
        "// True Unknown command: no_such_command",
        "// None",
      ]);
    });

    it("homes and probes with endstops of Python, and tells handlers of homing events who moves", async () => {
      const said = await tried(`
self.gcode.run_script_from_command("G28")
say(" ".join(self.events))
toolhead.manual_move([50., 60., 20.], 50.)
end = printer.lookup_object("homing").probing_move(self.probe, [50., 60., 0., 0.], 5.)
say("%.3f %.3f" % (end[2], toolhead.get_position()[2]))
move = homing.HomingMove(printer, [(self.probe, "mine")])
toolhead.manual_move([None, None, 20.], 50.)
end = move.homing_move([50., 60., 0., 0.], 5., probe_pos=True)
say("%.3f %s %s" % (end[2], move.check_no_movement(), [(p.stepper_name, p.endstop_name, p.start_pos - p.trig_pos) for p in move.stepper_positions]))
try:
    self.probe.trigger_at = 1e9
    printer.lookup_object("homing").probing_move(self.probe, [50., 60., 5., 0.], 5.)
except printer.command_error as e:
    say(str(e))
`, watchPlugins, {
        init: `
self.events = []
self.printer.register_event_handler("homing:home_rails_begin", self.begin)
self.printer.register_event_handler("homing:homing_move_begin", self.move)
self.printer.register_event_handler("klippy:mcu_identify", self.identify)
self.probe = Probe(self.printer)`,
        methods: `
def begin(self, state, rails):
    self.events.append("%s:%s" % (state.get_axes(), rails[0].get_name()))

def move(self, hmove):
    self.events.append(",".join(s.get_name() for e in hmove.get_mcu_endstops() for s in e.get_steppers()))

def identify(self):
    for s in self.printer.lookup_object("toolhead").get_kinematics().get_steppers():
        if s.is_active_axis("z"):
            self.probe.add_stepper(s)`,
        tail: `
class Probe:
    """Triggers so many seconds into the move."""

    def __init__(self, printer):
        self.printer = printer
        self.steppers = []
        # Between two looks, and these apart from the drip's pieces of 0.05 s: at 1.0 rounding decides which comes first.
        self.trigger_at = 1.004

    def get_mcu(self):
        return self.printer.lookup_object("mcu")

    def add_stepper(self, stepper):
        self.steppers.append(stepper)

    def get_steppers(self):
        return list(self.steppers)

    def home_start(self, print_time, sample_time, sample_count, rest_time, triggered=True):
        assert triggered is True and sample_count == 4
        self.time = print_time + self.trigger_at
        reactor = self.printer.get_reactor()
        self.completion = reactor.completion()
        self.timer = reactor.register_timer(self.look, reactor.NOW)
        return self.completion

    def look(self, eventtime):
        if self.get_mcu().estimated_print_time(eventtime) < self.time:
            return eventtime + 0.01
        self.completion.complete(False)
        return self.printer.get_reactor().NEVER

    def home_wait(self, end_time):
        reactor = self.printer.get_reactor()
        while not self.completion.test():
            now = reactor.monotonic()
            if self.get_mcu().estimated_print_time(now) > end_time:
                return 0.
            reactor.pause(now + 0.01)
        return self.time

    def query_endstop(self, print_time):
        return 0`,
      });
      const [homed, ...probed] = said;
      expect(homed).toBe(`// ${["x", "y", "z"].map((axis) => `[0, 1, 2]:stepper_${axis} stepper_${axis} stepper_${axis}`).join(" ")}`);
      // The carriage runs on to the end of a stretch that the host had sent already: 0.05 s, 0.25 mm at this speed.
      expect(probed).toEqual([
        "// 15.115 14.120",
        // Rest to 5 mm/s takes 0.05 s at 100 mm/s²: 1.004 s into the move it is 4.885 mm lower (1 ms is the homing delay).
        "// 15.115 None [('stepper_z', 'mine', 1954)]",
        "// No trigger on probe after full movement",
      ]);
    });

    it("drives the outputs that a chip of Python sets up", async () => {
      const source = `
from klippy import pins


class Out:
    def __init__(self, chip):
        self.chip, self.value, self.calls = chip, None, []

    def get_mcu(self):
        return self.chip.printer.lookup_object("mcu")

    def setup_max_duration(self, max_duration):
        self.calls.append(("max", max_duration))

    def setup_start_value(self, start_value, shutdown_value):
        self.calls.append(("start", start_value, shutdown_value))

    def setup_cycle_time(self, cycle_time, hardware_pwm=False):
        self.calls.append(("cycle", cycle_time))

    def set_digital(self, print_time, value):
        self.value = value

    def set_pwm(self, print_time, value):
        self.value = value


class Chip:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.pins = {}
        self.printer.lookup_object("pins").register_chip("mine", self)

    def setup_pin(self, pin_type, pin_params):
        if pin_type not in ("digital_out", "pwm"):
            raise pins.error("mine has no %s" % (pin_type,))
        assert pin_params["chip"] is self and pin_params["chip_name"] == "mine", pin_params
        assert sorted(pin_params) == ["chip", "chip_name", "invert", "pin", "pullup", "share_type"], pin_params
        self.pins[pin_params["pin"]] = pin = Out(self)
        return pin

    def get_status(self, eventtime):
        return {name: {"value": pin.value, "calls": pin.calls} for name, pin in self.pins.items()}


def load_config(config):
    return Chip(config)
`;
      const chip = (config: string): PythonPrinterOptions => ({ files: { "chip.py": source }, config: `[chip]\n${config}`, watchPlugins });
      const printer = await started(chip("[output_pin a]\npin: mine:a\n[output_pin b]\npin: mine:b\npwm: True\nvalue: 0.25"));
      await printer.gcode("SET_PIN PIN=a VALUE=1\nSET_PIN PIN=b VALUE=0.5\nG4 P500\nM400");
      expect(printer.status("chip")).toEqual({
        a: { value: 1, calls: [["max", 0], ["start", 0, 0]] },
        b: { value: 0.5, calls: [["cycle", 0.1], ["max", 0], ["start", 0.25, 0]] },
      });
      await expect(started(chip("[query_adc]\n[temperature_sensor t]\nsensor_type: EPCOS 100K B57560G104F\nsensor_pin: mine:c\n"))).rejects.toThrow("mine has no adc");
    });

    it("lets plugins change the colours of leds in place and have leds of their own", async () => {
      const said = await tried(`
chain = printer.lookup_object("neopixel np")
chain.led_helper.led_state[1] = (0., 1., 0., 0.)
chain.led_helper.need_transmit = True
chain.led_helper._check_transmit()
say(repr(chain.get_status(0)["color_data"]))
self.gcode.run_script_from_command("SET_LED LED=tried RED=0.5 INDEX=2 SYNC=0\\nSET_LED LED=np BLUE=1")
toolhead.wait_moves()
self.reactor.pause(self.reactor.monotonic() + .5)
say(repr(self.shown))
say(repr(chain.led_helper.led_state == [(0., 0., 1., 0.)] * 3))
`, watchPlugins, {
        init: `
from klippy.extras import led
self.shown = []
self.helper = led.LEDHelper(config, lambda state, t: self.shown.append((state, t)), 2)`,
        config: "[neopixel np]\npin: PC3\nchain_count: 3\ncolor_order: GRB, RGB, GRBW",
      });
      expect(said).toEqual([
        "// [(0.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0)]",
        "// [([(0.0, 0.0, 0.0, 0.0), (0.5, 0.0, 0.0, 0.0)], None)]",
        "// True",
      ]);
    });

    it("probes with the printer's probe, and over points that a plugin gives", async () => {
      const said = await tried(`
from klippy.extras import probe
self.gcode.run_script_from_command("G28\\nG0 X100 Y100 Z10 F6000\\nQUERY_PROBE")
p = printer.lookup_object("probe")
say(repr((p.get_offsets(), p.sample_count, p.get_lift_speed(), p.mcu_probe.get_position_endstop())))
pos = p.run_probe(gcmd)
say("%.2f %.2f %.3f" % tuple(pos))
self.helper.start_probe(gcmd)
for offsets, results in self.passes:
    say("%s %s" % (offsets, ["%.1f,%.1f,%.3f" % tuple(r) for r in results]))
try:
    self.gcode.run_script_from_command("M84\\nPROBE")
except printer.command_error as e:
    say(str(e))
`, watchPlugins, {
        init: `
from klippy.extras import probe
self.passes = []
self.helper = probe.ProbePointsHelper(config, self.finalize, default_points=[(10., 20.), (30., 40.)], use_offsets=True)
self.helper.minimum_points(2)`,
        methods: `
def finalize(self, offsets, results):
    self.passes.append((offsets, results))
    if len(self.passes) == 1:
        return "retry"`,
        config: "[probe]\npin: ^PC6\nx_offset: 5\nz_offset: 1.5\nsamples: 2\nsamples_result: median",
      });
      expect(said.filter((line) => !/^\/\/ probe at/.test(line))).toEqual([
        "// probe: open",
        "// ((5.0, 0.0, 1.5), 2, 5.0, 1.5)",
        "// 100.00 100.00 1.500",
        "// (5.0, 0.0, 1.5) ['5.0,20.0,1.500', '25.0,40.0,1.500']",
        "// (5.0, 0.0, 1.5) ['5.0,20.0,1.500', '25.0,40.0,1.500']",
        "!! Must home before probe",
        "// Must home before probe",
      ]);
      expect(said.filter((line) => line.startsWith("// probe at")).length).toBe(10);
    });

    it("carries out a command that a plugin made, with the parameters that its dictionary has by then", async () => {
      const said = await tried(`
params = {"Z": 0.25}
made = self.gcode.create_gcode_command("TRIED_PARAMS", "TRIED_PARAMS", params)
move = self.gcode.create_gcode_command("G1", "G1", params)
self.gcode.run_script_from_command("G28")
params["X"] = 20.5
params["F"] = 6000
del params["Z"]
say(repr((made.get_float("X"), made.get("F"), made.get_float("Z", None), made.get_command_parameters() is params)))
printer.lookup_object("gcode_move").cmd_G1(move)
say(repr(toolhead.get_position()[:3]))
params["X"] = 3
printer.lookup_object("gcode_move").cmd_G1(move)
say(repr(toolhead.get_position()[:3]))
`, watchPlugins);
      expect(said).toEqual(["// (20.5, '6000', None, True)", "// [20.5, 5.0, 5.5]", "// [3.0, 5.0, 5.5]"]);
    });

    it("names what this host does not offer of Kalico's modules, when it is used", async () => {
      const said = await tried(`
from klippy.extras import palette2
import extras.palette2 as same
try:
    from klippy.extras.palette2 import Palette2
except ImportError as e:
    say(str(e))
try:
    palette2.Palette2(None)
except AttributeError as e:
    say(str(e))
say(repr((hasattr(palette2, "Palette2"), getattr(same, "COMMANDS", 7))))
try:
    from klippy.extras import no_module_of_kalico
except ImportError as e:
    say(str(e).split(" (")[0])
`, watchPlugins);
      expect(said).toEqual([
        "// extras.palette2.Palette2: not offered by this host yet",
        "// extras.palette2.Palette2: not offered by this host yet",
        "// (False, 7)",
        "// cannot import name 'no_module_of_kalico' from 'klippy.extras'",
      ]);
    });

    it("tells where motion queues are, gathers batches of sensors, and names a bus that the board lacks", async () => {
      const said = await tried(`
from klippy.extras import bulk_sensor
self.gcode.run_script_from_command("G28\\nG1 X20 F600")
toolhead.wait_moves()
trapq = printer.lookup_object("motion_report").trapqs["toolhead"]
end = toolhead.get_last_move_time()
say(repr((["%.3f" % v for v in trapq.get_trapq_position(end)[0]], trapq.extract_trapq(end - 0.5, end)[0][-1][5])))
self.batches = []
helper = bulk_sensor.BatchBulkHelper(printer, lambda eventtime: {"n": len(self.batches)}, lambda: say("start"), lambda: say("stop"), 0.1)
helper.add_client(lambda message: self.batches.append(message["n"]) or len(self.batches) < 3)
self.reactor.pause(self.reactor.monotonic() + 1.)
say(repr(self.batches))
`, watchPlugins);
      expect(said).toEqual(["// (['20.000', '5.000', '5.500'], (1, 0, 0))", "// start", "// stop", "// [0, 1, 2]"]);
      const source = "from klippy.extras import bus\ndef load_config(config):\n  return bus.MCU_I2C_from_config(config, 0x40)";
      await expect(started({ files: { "device.py": source }, config: "[device]\ni2c_bus: nowhere", watchPlugins })).rejects.toThrow("Unknown i2c_bus 'nowhere'");
    });

    it("reports members that a plugin uses, not those that it only looks for", async () => {
      const seen: [string, string, boolean | undefined][] = [];
      const body = `
chain = printer.lookup_object("neopixel np")
say(repr((hasattr(chain, "prev_data"), getattr(chain, "no_data", 5), hasattr(chain, "old_color_map"))))
try:
    chain.new_data
except AttributeError as e:
    say(str(e))
try:
    chain.led_helper.set_color(0, (1., 1., 1., 1.))
except AttributeError as e:
    say(str(e))
chain.led_helper._set_color(0, (1., 1., 1., 1.))
say(repr([c[0] for c in chain.led_helper.led_state]))
`;
      const printer = await started({
        files: { "tried.py": plugin(body, "pass", "") }, config: "[tried]\n[neopixel np]\npin: PC3\nchain_count: 2", watchPlugins,
        python: { reports: { onMissing: (object, member, inKalico) => seen.push([object, member, inKalico]) } },
      });
      expect(await printer.gcode("TRY")).toEqual([
        "// (False, 5, False)",
        "// 'PrinterNeoPixel' object has no attribute 'new_data'",
        "// 'LEDHelper' object has no attribute 'set_color'",
        "// [0.0, 1.0]",
      ]);
      expect(seen).toEqual([["PrinterNeoPixel", "new_data", false], ["LEDHelper", "set_color", false]]);
    });
  });
}

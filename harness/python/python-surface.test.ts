import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WebRequest } from "../../host/api/web-request.js";
import type { WebHooks } from "../../host/api/webhooks.js";
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

/** A plugin whose command TRY runs `body` with the usual names at hand; what it returns is the answer. */
const trying = (body: string, load = "pass"): string => `
import json, logging, math, os
class Subject:
    def __init__(self, config):
        self.printer = printer = config.get_printer()
        self.config = config
        self.reactor = reactor = printer.get_reactor()
        self.gcode = gcode = printer.lookup_object("gcode")
        self.events = []
        gcode.register_command("TRY", self.cmd_TRY)
${indent(load, 8)}

    def cmd_TRY(self, gcmd):
        printer, reactor, gcode, events = self.printer, self.reactor, self.gcode, self.events
        def run():
${indent(body, 12)}
        gcmd.respond_info(repr(run()))

    def get_status(self, eventtime):
        return {"events": len(self.events)}

def load_config(config):
    return Subject(config)
`;

const indent = (text: string, by: number): string => text.trim().split("\n").map((line) => " ".repeat(by) + line).join("\n");

/** What TRY answers. */
async function answer(body: string, options: { load?: string; config?: string; watchPlugins?: boolean } = {}): Promise<string[]> {
  const printer = await started({
    files: { "subject.py": trying(body, options.load) }, config: `[subject]\n${options.config ?? ""}`, watchPlugins: options.watchPlugins ?? false,
  });
  const lines = await printer.gcode("TRY");
  if (printer.state !== "ready") throw new Error(`${lines.join("\n")}\n${printer.log.join("\n")}`);
  return lines;
}

for (const watchPlugins of [false, true]) {
  const tried = (body: string, load?: string, config?: string): Promise<string[]> => answer(body, { watchPlugins, ...(load === undefined ? {} : { load }), ...(config === undefined ? {} : { config }) });

  describe(`the software classes, ${watchPlugins ? "behind the membrane" : "in a plain host"}`, () => {
    it("render templates with contexts that the plugin changed", async () => {
      const load = "self.template = printer.load_object(config, 'gcode_macro').load_template(config, 'script')";
      const config = "script:\n  {% set n = namespace(x=1) %}{ x + 1 } { tool.size } { f(2, k=3) } {params.A} {math.floor(2.5)} {printer.toolhead.homed_axes} {'z' in printer}";
      const body = `
class Tool:
    size = 2.0
context = self.template.create_template_context()
context["x"] = 1.0
context["tool"] = Tool()
context["f"] = lambda a, k: a * k
context["params"] = {"A": (1, [2])}
assert sorted(context) == sorted(["printer", "math", "x", "tool", "f", "params"] + ["action_" + n for n in ("emergency_stop", "respond_info", "log", "raise_error", "call_remote_method")])
assert context["printer"]["toolhead"]["homed_axes"] == ""
assert "nothing" not in context["printer"]
return self.template.render(context)
`;
      expect(await tried(body, load, config)).toEqual(["// '2.0 2.0 6 (1, [2]) 2  False'"]);
    });

    it("run templates as part of the command, and give their errors Kalico's text", async () => {
      const load = "self.template = printer.load_object(config, 'gcode_macro').load_template(config, 'script', 'RESPOND MSG=default')";
      const body = `
self.template.run_gcode_from_command()
macros = printer.lookup_object("gcode_macro")
from klippy.extras.gcode_macro import TemplateWrapperJinja
own = TemplateWrapperJinja(printer, None, "mine", "RESPOND MSG={a}")
own.run_gcode_from_command({"a": 7})
try:
    own.render({})
    TemplateWrapperJinja(printer, None, "mine", "{nothing.at.all}").render()
except printer.command_error as e:
    return str(e).split(":")[:2]
`;
      expect(await tried(body, load)).toEqual(["echo: default", "echo: 7", "// [\"Error evaluating 'mine'\", ' jinja2.exceptions.UndefinedError']"]);
    });

    it("keep a macro's variables live both ways", async () => {
      const config = "[gcode_macro M]\nvariable_a: 1\nvariable_b: {'x': [1, 2.0]}\ngcode:\n  RESPOND MSG={a}/{b.x|join('+')}";
      const body = `
macro = printer.lookup_object("gcode_macro M")
variables = macro.variables
gcode.run_script_from_command("SET_GCODE_VARIABLE MACRO=M VARIABLE=a VALUE=5")
first = dict(variables)
variables["a"] = 7.0
variables["b"]["x"].append("three")
gcode.run_script_from_command("M")
macro.variables = dict(macro.variables, a="new", b={"x": ()})
gcode.run_script_from_command("M")
return first, macro.get_status(0)
`;
      expect(await tried(body, undefined, config)).toEqual([
        "echo: 7.0/1+2.0+three", "echo: new/", "// ({'a': 5, 'b': {'x': [1, 2.0, 'three']}}, {'a': 'new', 'b': {'x': []}})",
      ]);
    });

    it("let plugins make sensor types in Python, with their limits, readings and period", async () => {
      const load = `
class Sensor:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.name = config.get_name().split()[-1]
        self.printer.add_object("my_sensor " + self.name, self)
        self.reactor = self.printer.get_reactor()
        self.temp = 0.0
        self.timer = self.reactor.register_timer(self._sample)
        self.printer.register_event_handler("klippy:connect", self._connect)
    def setup_minmax(self, min_temp, max_temp):
        self.limits = (min_temp, max_temp)
    def setup_callback(self, cb):
        self._callback = cb
    def get_report_time_delta(self):
        return 1.0
    def _connect(self):
        self.reactor.update_timer(self.timer, self.reactor.NOW)
    def _sample(self, eventtime):
        self.temp = 40 + len(self.limits)
        mcu = self.printer.lookup_object("mcu")
        self._callback(mcu.estimated_print_time(eventtime + 1.0), self.temp)
        return eventtime + 1.0
    def get_status(self, eventtime):
        return {"temperature": round(self.temp, 2), "limits": self.limits}
printer.load_object(config, "heaters").add_sensor_factory("my_sensor", Sensor)
`;
      const config = "[temperature_sensor x]\nsensor_type: my_sensor\nmin_temp: 0\nmax_temp: 99\ngcode_id: X";
      const body = `
heaters = printer.lookup_object("heaters")
sensor = printer.lookup_object("temperature_sensor x")
own = printer.lookup_object("my_sensor x")
heaters.available_sensors.append("extra")
reactor.pause(reactor.monotonic() + 2.0)
gcode.run_script_from_command("M105")
return sensor.get_temp(0.0), own.limits, sensor.get_status(0)["temperature"], heaters.get_status(0)["available_sensors"][-2:], own.get_status(0)["limits"]
`;
      const lines = await tried(body, load, config);
      expect(lines[0]).toMatch(/X:42\.0/);
      expect(lines[1]).toBe("// ((42.0, 0.0), (0.0, 99.0), 42.0, ['extruder', 'extra'], (0.0, 99.0))");
    });

    it("let a control in Python take over a heater", async () => {
      const body = `
class Control:
    def __init__(self, heater, old):
        self.heater, self.old, self.calls = heater, old, []
    def temperature_update(self, read_time, temp, target_temp):
        self.calls.append((type(read_time), type(temp), target_temp))
        self.heater.set_pwm(read_time, 0.5 if target_temp else 0.0)
    def check_busy(self, eventtime, smoothed_temp, target_temp):
        return len(self.calls) < 5
    def get_profile(self):
        return {"name": "mine"}
    def get_type(self):
        return "mine"
    def update_smooth_time(self):
        pass
heater = printer.lookup_object("extruder").get_heater()
control = Control(heater, None)
old = heater.set_control(control)
with heater.lock:
    pass
heaters = printer.lookup_object("heaters")
heaters.set_temperature(heater, 60, True)
power = heater.get_status(0.0)["power"]
back = heater.set_control(old)
try:
    heater.set_temp(9999.0)
except printer.command_error as e:
    text = str(e)
return control.calls[-1], power, back is control, old.get_type(), heater.target_temp, text, heaters.lookup_heater("extruder") is heater
`;
      const lines = await tried(body);
      expect(lines.at(-1)).toMatch(/\(<class 'float'>, <class 'float'>, 60\.0\), 0\.5, True, 'pid', 60\.0, 'Requested temperature \(9999\.0\) out of range \(.*\)', True\)/);
    });

    it("put Python transforms before the moves, and let them read and write the position", async () => {
      const load = `
class Transform:
    def __init__(self):
        self.moves = []
    def connect(self):
        self.next = printer.lookup_object("gcode_move").set_move_transform(self, force=True)
    def get_position(self):
        p = self.next.get_position()
        return [p[0] - 1.0] + p[1:]
    def move(self, newpos, speed):
        self.moves.append((list(newpos), speed))
        self.next.move([newpos[0] + 1.0] + newpos[1:], speed)
self.transform = Transform()
printer.register_event_handler("klippy:connect", self.transform.connect)
`;
      const body = `
move = printer.lookup_object("gcode_move")
try:
    move.set_move_transform(self.transform)
except printer.config_error as e:
    text = str(e)
gcode.run_script_from_command("G28\\nG1 X10 Y20 Z5 F6000\\nSAVE_GCODE_STATE NAME=s")
toolhead = printer.lookup_object("toolhead")
x = toolhead.get_position()[0]
move.saved_states["s"]["absolute_coord"] = False
move.base_position[0] = 2.0
status = move.get_status()
move.last_position[:3] = [1.0, 2.0, 3.0]
before = move.last_position
gcode.run_script_from_command("RESTORE_GCODE_STATE NAME=s")
relative = move.absolute_coord
move.absolute_coord = True
return text, self.transform.moves[-1], x, status["gcode_position"].x, before, relative, move.absolute_coord, move.get_status()["absolute_coordinates"]
`;
      expect((await tried(body, load)).at(-1)).toBe(
        "// ('G-Code move transform already specified', ([10.0, 20.0, 5.0, 0.0], 100.0), 11.0, 8.0, [1.0, 2.0, 3.0, 0.0], False, True, True)",
      );
    });

    it("share save_variables, display_status, idle_timeout, print_stats and pause_resume with the host", async () => {
      const config = "[save_variables]\nfilename: VARIABLES\n[display_status]\n[pause_resume]\n[virtual_sdcard]\npath: /tmp";
      const body = `
saved = printer.lookup_object("save_variables")
live = saved.allVariables
gcode.run_script_from_command('SAVE_VARIABLE VARIABLE=a VALUE="[1, 2.5]"')
first = dict(live)
live["b"] = {"k": 1.0}
saved.cmd_SAVE_VARIABLE(gcode.create_gcode_command("SAVE_VARIABLE", "SAVE_VARIABLE", {"VARIABLE": "c", "VALUE": "'x'"}))
display = printer.lookup_object("display_status")
display.message = "hello"
stats = printer.lookup_object("print_stats")
stats.set_current_file("f.gcode")
stats.note_start()
pause = printer.lookup_object("pause_resume")
pause.send_pause_command()
idle = printer.lookup_object("idle_timeout")
idle.idle_timeout = 77.0
sd = printer.lookup_object("virtual_sdcard")
return (first, dict(saved.allVariables), display.get_status(reactor.monotonic())["message"], stats.state, stats.filename, pause.pause_command_sent,
    pause.is_paused, idle.idle_timeout, sd.is_active(), sd.file_path())
`;
      const file = join(tmpdir(), `variables-${process.pid}-${String(watchPlugins)}.cfg`);
      const lines = await tried(body, undefined, config.replace("VARIABLES", file));
      expect(lines.at(-1)).toBe("// ({'a': [1, 2.5]}, {'a': [1, 2.5], 'b': {'k': 1.0}, 'c': 'x'}, 'hello', 'printing', 'f.gcode', True, False, 77.0, False, None)");
      expect(readFileSync(file, "utf8")).toBe("[Variables]\na = [1, 2.5]\nb = {'k': 1.0}\nc = 'x'\n\n");
    });

    it("give the registry as a live dictionary", async () => {
      const body = `
class Thing:
    def get_status(self, eventtime):
        return {"n": type(eventtime).__name__}
thing = Thing()
printer.objects["thing x"] = thing
assert printer.lookup_object("thing x") is thing
found = printer.lookup_objects("thing")
assert found == [("thing x", thing)]
names = [name for name in printer.objects if name.startswith("thing")]
popped = printer.objects.pop("thing x")
assert popped is thing
try:
    printer.lookup_object("thing x")
except printer.config_error as e:
    return names, str(e), printer.lookup_object("thing x", None), "gcode" in printer.objects
`;
      expect(await tried(body)).toEqual(["// (['thing x'], \"Unknown config object 'thing x'\", None, True)"]);
    });

    it("send events with results, to handlers added in between as well", async () => {
      const body = `
def second(x):
    return x * 2
def first(x):
    printer.register_event_handler("my:event", second)
    reactor.pause(reactor.monotonic() + 0.1)
    return x
printer.register_event_handler("my:event", first)
return printer.send_event("my:event", 1.25), printer.send_event("nobody:home")
`;
      expect(await tried(body)).toEqual(["// ([1.25, 2.5], [])"]);
    });

    it("hand events their arguments as Kalico does", async () => {
      const load = `
def note(name):
    def handler(*args):
        self.events.append((name, [type(a).__name__ for a in args]))
    return handler
for name in ("toolhead:set_position", "homing:home_rails_begin", "homing:home_rails_end", "homing:homing_move_begin", "stepper_enable:motor_off",
        "toolhead:sync_print_time", "gcode:command_error", "gcode:unknown_command", "extruder:activate_extruder"):
    printer.register_event_handler(name, note(name))
def homed(state, rails):
    self.axes = (state.get_axes(), [s.get_name() for r in rails for s in r.get_steppers()])
printer.register_event_handler("homing:home_rails_end", homed)
`;
      const body = `
gcode.run_script_from_command("G28 X\\nM84")
try:
    gcode.run_script_from_command("NOSUCH")
    gcode.run_script_from_command("G1 X999")
except printer.command_error:
    pass
found = {}
for name, types in events:
    found.setdefault(name, types)
return self.axes, found
`;
      const text = (await tried(body, load)).at(-1)!;
      expect(text).toContain("(([0], ['stepper_x'])");
      for (const one of [
        "'homing:home_rails_begin': ['Homing', 'list']", "'homing:homing_move_begin': ['HomingMove']", "'stepper_enable:motor_off': ['float']",
        "'toolhead:sync_print_time': ['float', 'float', 'float']", "'gcode:unknown_command': ['str']",
      ]) expect(text).toContain(one);
    });

    it("wait for conditions and are interrupted with Kalico's exception", async () => {
      const body = `
state = {"n": 0}
def condition(eventtime):
    state["n"] += 1
    if state["n"] == 3:
        gcode.run_script_from_command("HEATER_INTERRUPT")
    return True
try:
    printer.wait_while(condition)
except printer.wait_interrupted as e:
    return str(e), isinstance(e, printer.command_error), state["n"]
`;
      expect(await tried(body)).toEqual(["// ('Command interrupted', True, 3)"]);
    });

    it("read pipes of their own in virtual time", async () => {
      const body = `
read, write = os.pipe()
got = []
def ready(eventtime):
    got.append((os.read(read, 100), type(eventtime).__name__))
    if len(got) == 2:
        reactor.unregister_fd(handler)
        done.complete("end")
done = reactor.completion()
handler = reactor.register_fd(read, ready)
os.write(write, b"one")
start = reactor.monotonic()
reactor.register_callback(lambda e: os.write(write, b"two"), start + 0.5)
result = done.wait(start + 5.0, "late")
return result, got, round(reactor.monotonic() - start, 1)
`;
      expect(await tried(body)).toEqual(["// ('end', [(b'one', 'float'), (b'two', 'float')], 0.5)"]);
    });

    it("run processes, whose time is not the reactor's", async () => {
      const body = `
import subprocess
process = subprocess.Popen(["sh", "-c", "sleep 0.1; echo out; exit 3"], stdout=subprocess.PIPE)
text = b""
def ready(eventtime):
    nonlocal text
    text += os.read(process.stdout.fileno(), 1000)
handler = reactor.register_fd(process.stdout.fileno(), ready)
end = reactor.monotonic() + 2.0
while reactor.monotonic() < end and process.poll() is None:
    reactor.pause(reactor.monotonic() + 0.05)
reactor.pause(reactor.monotonic() + 0.05)
reactor.unregister_fd(handler)
return text, process.returncode
`;
      expect(await tried(body)).toEqual(["// (b'out\\n', 3)"]);
    });

    it("lock with the reactor's mutex, in order", async () => {
      const body = `
mutex = reactor.mutex()
order = []
def holder(name):
    def run(eventtime):
        with mutex:
            order.append(name)
            reactor.pause(reactor.monotonic() + 0.1)
        return name
    return run
pending = [reactor.register_callback(holder(n)) for n in "abc"]
results = [p.wait() for p in pending]
return order, results, mutex.test(), pending[0].test()
`;
      expect(await tried(body)).toEqual(["// (['a', 'b', 'c'], ['a', 'b', 'c'], False, True)"]);
    });

    it("serve requests of the API, with its errors", async () => {
      const load = `
webhooks = printer.lookup_object("webhooks")
def serve(web_request):
    text = web_request.get_str("text", "none")
    number = web_request.get_float("n")
    options = web_request.get_dict("o", {})
    if number < 0:
        raise web_request.error("negative")
    if number > 100:
        raise ValueError("bad")
    reactor.pause(reactor.monotonic() + 0.1)
    web_request.send({"text": text, "n": number, "o": options, "m": web_request.get_method()})
webhooks.register_endpoint("my/path", serve)
webhooks.register_mux_endpoint("my/mux", "name", "a", lambda r: r.send("A"))
`;
      const body = `
webhooks = printer.lookup_object("webhooks")
texts = []
for call in (lambda: webhooks.register_endpoint("my/path", None), lambda: webhooks.call_remote_method("no", a=1)):
    try:
        call()
    except printer.command_error as e:
        texts.append((type(e).__name__, str(e)))
return texts, webhooks.get_status(0)["state"]
`;
      const printer = await started({ files: { "subject.py": trying(body, load) }, config: "[subject]", watchPlugins });
      expect(await printer.gcode("TRY")).toEqual(["// ([('WebRequestError', 'Path already registered to an endpoint'), ('CommandError', \"Remote method 'no' not registered\")], 'ready')"]);
      const webhooks = printer.world.printer!.lookupObject<WebHooks>("webhooks");
      const ask = async (request: object): Promise<unknown> => {
        let result: unknown;
        printer.world.reactor!.registerCallback(async () => { result = await webhooks.processRequest(new WebRequest(null, request)); });
        await printer.wait(1);
        return result;
      };
      const error = (message: string): object => ({ error: "WebRequestError", message });
      expect(await ask({ id: 1, method: "my/path", params: { n: 5, o: { a: [1] } } })).toEqual({ id: 1, result: { text: "none", n: 5, o: { a: [1] }, m: "my/path" } });
      expect(await ask({ id: 2, method: "my/path", params: {} })).toEqual({ id: 2, error: error("Missing Argument [n]") });
      expect(await ask({ id: 3, method: "my/path", params: { n: "x" } })).toEqual({ id: 3, error: error("Invalid Argument Type [n]") });
      expect(await ask({ id: 4, method: "my/path", params: { n: -1 } })).toEqual({ id: 4, error: error("negative") });
      expect(await ask({ id: 5, method: "my/mux", params: { name: "a" } })).toEqual({ id: 5, result: "A" });
      expect(await ask({ id: 6, method: "my/mux", params: { name: "b" } })).toEqual({ id: 6, error: error("The value 'b' is not valid for name") });
      expect(await ask({ id: 7, method: "nowhere" })).toEqual({ id: 7, error: error("webhooks: No registered callback for path 'nowhere'") });
      expect(printer.state).toBe("ready");
      expect(await ask({ id: 8, method: "my/path", params: { n: 101 } })).toEqual({ id: 8, error: error("bad") });
      expect(printer.state).toBe("shutdown");
    });

    it("read configuration with all of Kalico's traps", async () => {
      const load = `
class Color: pass
red, blue = Color(), Color()
r = []
r.append(config.getfloat("f"))
r.append(config.getfloat("missing_f", 5))
r.append(config.getint("i", minval=1, maxval=20))
r.append(config.getboolean("b"))
r.append(config.getchoice("c", {"red": red, "blue": blue}) is blue)
r.append(config.getchoice("n", {1: "one", 2: "two"}))
r.append(config.getchoice("c2", ["x", "y"], "y"))
r.append(config.getlist("l"))
r.append(config.getlist("empty"))
r.append(config.getintlist("il", count=2))
r.append(config.getfloatlist("missing_l", (1, 2)))
r.append(config.getlists("nested", seps=(",", "\\n"), parser=float, count=2))
r.append(config.getlists("nested2", seps=("=", ","), parser=lambda v: v.upper()))
r.append(config.get("missing", None))
r.append(config.getscript("s"))
r.append(config.fileconfig.has_option("subject", "f") and config.fileconfig.get("subject", "f"))
r.append(config.get_prefix_options("il"))
r.append([s.get_name() for s in config.get_prefix_sections("subj")])
r.append(config.getsection("none").get_name())
self.read = r
def fails(call):
    try:
        call()
    except config.error as e:
        return str(e)
self.errors = [
    fails(lambda: config.get("nothing")),
    fails(lambda: config.getint("f")),
    fails(lambda: config.getfloat("f", above=3)),
    fails(lambda: config.getint("i", maxval=3)),
    fails(lambda: config.getchoice("c", {"green": 1})),
    fails(lambda: config.getchoice("missing_c", {"green": 1}, "black")),
    fails(lambda: config.getintlist("il", count=3)),
    fails(lambda: config.getlists("nested2", seps=("=", ","), parser=int)),
]
self.valid = config.getfloat("missing_g", -5., above=0.)
`;
      const config = `
f: 2.50
i: 10
b: yes
c: blue
n: 2
l: a, b ,c
empty:
il: 1, 2
nested:
  1, 2
  3, 4.5
nested2: a=b, c=d
s: G1 X1
`;
      const [read, errors] = [await tried("return self.read", load, config), await tried("return self.errors + [self.valid]", load, config)];
      expect(read).toEqual([
        "// [2.5, 5, 10, True, True, 'two', 'y', ('a', 'b', 'c'), (), (1, 2), (1, 2), ((1.0, 2.0), (3.0, 4.5)), (('A', 'B'), ('C', 'D')), None, ('gcode', 'G1 X1'), '2.50', ['il'], ['subject'], 'none']",
      ]);
      expect(errors).toEqual(["// " + [
        `["Option 'nothing' in section 'subject' must be specified"`, `"Unable to parse option 'f' in section 'subject'"`,
        `"Option 'f' in section 'subject' must be above 3"`, `"Option 'i' in section 'subject' must have maximum of 3"`,
        `"Choice 'blue' for option 'c' in section 'subject' is not a valid choice"`, `"Choice 'black' for option 'missing_c' in section 'subject' is not a valid choice"`,
        `"Option 'il' in section 'subject' must have 3 elements"`, `"Unable to parse option 'nested2' in section 'subject'", -5.0]`,
      ].join(", ")]);
    });

    it("put sections of their own into the configuration, and count as read what they note", async () => {
      const load = `
file = config.fileconfig
file.add_section("gcode_macro MADE")
for option, value in (("description", "made"), ("gcode", "RESPOND"), ("variable_gone", "1"), ("never_read", "x")):
    file.set("gcode_macro MADE", option, value)
self.removed = [file.remove_option("gcode_macro MADE", "variable_gone"), file.remove_option("gcode_macro MADE", "variable_gone")]
config.access_tracking[("gcode_macro made", "never_read")] = 1
printer.load_object(config, "gcode_macro MADE")
`;
      expect(await tried('return self.removed + [printer.lookup_object("gcode_macro MADE").get_status(0), gcode.get_command_help()["MADE"]]', load)).toEqual(["// [True, False, {}, 'made']"]);
    });

    it("write the configuration's saved part", async () => {
      const body = `
configfile = printer.lookup_object("configfile")
configfile.set("subject", "offset", "%.3f" % (1.5,))
configfile.set("other", "n", 3)
configfile.remove_section("other")
configfile.runtime_warning("look out")
status = configfile.get_status(0)
return (status["save_config_pending"], status["save_config_pending_items"], status["warnings"][-1]["message"], "subject" in status["config"],
    configfile.status_raw_config["subject"], configfile.autosave.fileconfig.get("subject", "offset"))
`;
      expect((await tried(body)).at(-1)).toBe("// (True, {'subject': {'offset': '1.500'}, 'other': None}, 'look out', True, {}, '1.500')");
    });

    it("tell members that Kalico has not from members that are not offered", async () => {
      const missing: string[] = [];
      const body = `
toolhead = printer.lookup_object("toolhead")
found = []
for use in (lambda: toolhead.foo, lambda: printer.lookup_object("gcode_move").bar, lambda: printer.lookup_object("idle_timeout").transition_idle_state):
    try:
        use()
    except AttributeError as e:
        found.append(str(e))
found.append(printer.lookup_object("gcode_move").cmd_G1.__class__.__name__)
return found
`;
      const printer = await started({
        files: { "subject.py": trying(body) }, config: "[subject]", watchPlugins,
        python: { reports: { onMissing: (object, member, inKalico) => missing.push(`${object}.${member} ${String(inKalico)}`) } },
      });
      expect(await printer.gcode("TRY")).toEqual([
        `// ["'ToolHead' object has no attribute 'foo'", "'GCodeMove' object has no attribute 'bar'", "'IdleTimeout' object has no attribute 'transition_idle_state': not offered by this host yet", 'HostFunction']`,
      ]);
      expect(missing).toEqual(["ToolHead.foo false", "GCodeMove.bar false", "IdleTimeout.transition_idle_state true"]);
    });
  });
}

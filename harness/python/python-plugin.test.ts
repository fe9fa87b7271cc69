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

const GUIDE_PLUGIN = `
class MyPlugin:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.value = config.get("value")

    def get_status(self, eventtime=None):
        return {"value": self.value}


def load_config(config):
    return MyPlugin(config)
`;

for (const watchPlugins of [false, true]) {
  describe(`a Python plugin ${watchPlugins ? "behind the membrane" : "in a plain host"}`, () => {
    it("gives its status to macros", async () => {
      const printer = await started({
        files: { "my_plugin.py": GUIDE_PLUGIN }, watchPlugins,
        config: "[my_plugin]\nvalue: 42\n[gcode_macro SHOW]\ngcode:\n  RESPOND MSG={printer.my_plugin.value}",
      });
      expect(await printer.gcode("SHOW")).toContain("echo: 42");
    });

    it("waits inside a command while the printer lives on, with several commands' worth of Python in flight", async () => {
      const source = `
class Waiter:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.gcode = self.printer.lookup_object("gcode")
        self.ticks = 0
        self.timer = self.reactor.register_timer(self._tick, self.reactor.NOW)
        self.gcode.register_command("WAIT", self.cmd_WAIT, desc="Waits")
        self.gcode.register_command("MOVE", self.cmd_MOVE)

    def _tick(self, eventtime):
        self.ticks += 1
        if self.ticks == 3:
            self.reactor.pause(eventtime + 0.2)
        return eventtime + 0.5

    def cmd_WAIT(self, gcmd):
        seconds = gcmd.get_float("S", 1.0, minval=0.0, maxval=10.0)
        before = self.reactor.monotonic()
        self.reactor.pause(before + seconds)
        gcmd.respond_info("waited %.1f" % (self.reactor.monotonic() - before))

    def cmd_MOVE(self, gcmd):
        "Homes and moves"
        toolhead = self.printer.lookup_object("toolhead")
        self.gcode.run_script_from_command("G28")
        toolhead.manual_move([10, 0, 5.0], 50)
        toolhead.wait_moves()
        gcmd.respond_info("at %s" % (toolhead.get_position(),))

    def get_status(self, eventtime):
        return {"ticks": self.ticks}


def load_config(config):
    return Waiter(config)
`;
      const printer = await started({ files: { "waiter.py": source }, config: "[waiter]", watchPlugins });
      expect(await printer.gcode("WAIT S=2")).toEqual(["// waited 2.0"]);
      expect(await printer.gcode("WAIT S=20")).toEqual(["!! Error on 'WAIT S=20': S must have maximum of 10.0"]);
      expect(await printer.gcode("MOVE")).toEqual(["// at [10.0, 0.0, 5.0, 0.0]"]);
      const before = printer.status("waiter")!["ticks"] as number;
      await printer.wait(10);
      expect((printer.status("waiter")!["ticks"] as number) - before).toBe(20);
    });

    it("fails with Kalico's words", async () => {
      const config = (value: string): PythonPrinterOptions => ({ files: { "my_plugin.py": GUIDE_PLUGIN }, config: `[my_plugin]\n${value}`, watchPlugins });
      await expect(started(config("valeu: 1"))).rejects.toThrow("Option 'value' in section 'my_plugin' must be specified");
      await expect(started(config("value: 1\nother: 2"))).rejects.toThrow("Option 'other' is not valid in section 'my_plugin'");
      const source = "def load_config(config):\n  raise config.error('no good: %d' % (config.getint('n', 3),))";
      await expect(started({ files: { "bad.py": source }, config: "[bad]", watchPlugins })).rejects.toThrow("no good: 3");
      await expect(started({ files: { "bad.py": "def load_config(config):\n  return 1 / 0" }, config: "[bad]", watchPlugins })).rejects.toThrow("Internal error during connect: division by zero");
    });
  });
}

describe("threads of a Python plugin", () => {
  const SOURCE = `
import queue, threading, time

class Threads:
    def __init__(self, config):
        printer = config.get_printer()
        self.reactor = printer.get_reactor()
        self.queue, self.lock, self.seen, self.late = queue.Queue(), threading.RLock(), [], []
        printer.register_event_handler("klippy:ready", self.ready)

    def ready(self):
        for target in (self.produce, self.consume):
            threading.Thread(target=target, daemon=True).start()

    def produce(self):
        for number in range(5):
            time.sleep(0.5)
            with self.lock:
                self.queue.put(number)
        self.queue.put(None)

    def consume(self):
        while True:
            item = self.queue.get()
            if item is None:
                return
            with self.lock:
                self.seen.append([item, time.monotonic()])
            self.reactor.register_async_callback(lambda eventtime: self.late.append(eventtime))

    def get_status(self, eventtime):
        return {"seen": list(self.seen), "late": len(self.late), "alive": threading.active_count()}


def load_config(config):
    return Threads(config)
`;

  it("run in virtual time, alike in every run", async () => {
    const run = async (): Promise<Record<string, unknown>> => {
      const printer = await started({ files: { "threads.py": SOURCE }, config: "[threads]" });
      await printer.wait(5);
      return printer.status("threads")!;
    };
    const [first, second] = [await run(), await run()];
    expect(first).toEqual(second);
    const seen = first["seen"] as [number, number][];
    expect(seen.map(([item]) => item)).toEqual([0, 1, 2, 3, 4]);
    expect(seen.slice(1).map(([, time], i) => Math.round((time - seen[i]![1]) * 100) / 100)).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(first["late"]).toBe(5);
  });
});

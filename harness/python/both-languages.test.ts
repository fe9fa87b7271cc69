import { afterEach, describe, expect, it } from "vitest";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import { PythonPrinter } from "../testing/python-printer.js";

const opened: PythonPrinter[] = [];
afterEach(() => { for (const printer of opened.splice(0)) printer.close(); });

const PYTHON = `
class InPython:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        self.gcode = self.printer.lookup_object("gcode")
        self.done = self.reactor.completion()
        self.gcode.register_command("ASK_TYPESCRIPT", self.cmd_ASK)

    def half(self, value):
        if value < 0:
            raise ValueError("negative: %s" % (value,))
        if value > 100:
            raise self.printer.command_error("too big")
        return {"half": value / 2, "of": [value]}

    def wait_for(self, completion):
        return completion.wait(self.reactor.monotonic() + 5.0, "late")

    def cmd_ASK(self, gcmd):
        other = self.printer.lookup_object("in_typescript")
        found = [other.double(4), other.double_later(5), other.who(), other.get_status(1.0)]
        for call in (lambda: other.fail("CommandError"), lambda: other.fail("TypeError"), lambda: other.nothing()):
            try:
                call()
            except Exception as e:
                found.append((type(e).__name__, isinstance(e, self.printer.command_error), str(e)))
        self.done.complete({"from": "python"})
        gcmd.respond_info(repr(found))

    def get_status(self, eventtime):
        return {"n": 1}

def load_config(config):
    return InPython(config)
`;

/** A plugin in TypeScript, with the printer as its closure. */
function inTypeScript(results: unknown[]): ImportedPlugin {
  const loadConfig = (config: any): object => {
    const printer = config.getPrinter();
    const reactor = printer.getReactor();
    printer.lookupObject("gcode").registerCommand("ASK_PYTHON", async () => {
      const other = printer.lookupObject("in_python");
      results.push(await other.half(5), other.getStatus(1));
      for (const value of [-1, 101]) {
        try {
          await other.half(value);
        } catch (error) {
          results.push([(error as Error).name, (error as Error).message, error instanceof Error]);
        }
      }
      const completion = reactor.completion();
      reactor.registerCallback(() => completion.complete([1, { a: 2 }]), reactor.monotonic() + 1);
      results.push(await other.waitFor(completion));
      results.push(await other.done.wait(reactor.monotonic() + 0.5, "not yet"));
      await printer.lookupObject("gcode").runScriptFromCommand("ASK_TYPESCRIPT");
      results.push(await other.done.wait());
    });
    return {
      double: (value: number) => value * 2,
      doubleLater: async (value: number) => {
        await reactor.pause(reactor.monotonic() + 1);
        return value * 2;
      },
      who: () => printer.lookupObject("in_python").getStatus(0),
      fail: (kind: string) => {
        throw kind === "CommandError" ? printer.commandError("failed") : new TypeError("wrong");
      },
      getStatus: (eventTime: number) => ({ at: eventTime }),
    };
  };
  return { name: "in_typescript", origin: "plugins", file: "", directory: "", exports: { loadConfig } } as unknown as ImportedPlugin;
}

for (const watchPlugins of [false, true]) {
  describe(`plugins in both languages, ${watchPlugins ? "behind membranes" : "in a plain host"}`, () => {
    it("look each other up, call each other, wait for each other, and catch each other's errors", async () => {
      const results: unknown[] = [];
      const printer = new PythonPrinter({ files: { "in_python.py": PYTHON }, config: "[in_python]\n[in_typescript]", watchPlugins, plugins: [inTypeScript(results)] });
      opened.push(printer);
      await printer.start();
      expect(printer.state, printer.log.join("\n")).toBe("ready");
      expect(await printer.gcode("ASK_PYTHON")).toEqual([
        `// [8, 10, {'n': 1}, {'at': 1.0}, ('CommandError', True, 'failed'), ('TypeError', False, 'wrong'), ('AttributeError', False, "'Object' object has no attribute 'nothing'")]`
          .replace("{'at': 1.0}", "{'at': 1}"),
      ]);
      expect(results).toEqual([
        { half: 2.5, of: [5] }, { n: 1 }, ["ValueError", "negative: -1", true], ["CommandError", "too big", true], [1, { a: 2 }], "not yet", { from: "python" },
      ]);
    });
  });
}

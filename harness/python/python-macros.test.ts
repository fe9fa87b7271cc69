import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { HostObserver } from "../../host/observer.js";
import { PythonMacros } from "../../host/plugins/python/python-macros.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { PythonPrinter } from "../testing/python-printer.js";
import { SimWorld, type SimWorldOptions } from "../world/sim-world.js";

/** A printer with macros and no plugin. */
class MacroPrinter {
  readonly directory = mkdtempSync(join(tmpdir(), "macro-printer-"));
  readonly responses: string[] = [];
  readonly log: string[] = [];
  readonly world: SimWorld;
  readonly configFile = join(this.directory, "printer.cfg");

  constructor(config: string, files: Readonly<Record<string, string>> = {}, options: Partial<SimWorldOptions> = {}) {
    mkdirSync(join(this.directory, "gcodes"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.directory, name), text);
    this.write(config);
    const observer: HostObserver = { onGcodeResponse: (line) => this.responses.push(line), onLog: (_level, text) => this.log.push(text) };
    this.world = new SimWorld({ configFile: this.configFile, board: "atmega2560", seed: 1, observer, ...options });
    opened.push(this);
  }

  write(config: string): void {
    writeFileSync(this.configFile, `${BASE_PRINTER}\n${config}\n`);
  }

  async start(): Promise<string> {
    this.world.start();
    await this.world.run(() => this.world.printer!.getStateMessage()[1] !== "startup", 60);
    return this.world.printer!.getStateMessage()[0];
  }

  async gcode(script: string): Promise<string[]> {
    const from = this.responses.length;
    let done = false;
    const gcode = this.world.printer!.lookupObject<{ runScript(text: string): Promise<void> }>("gcode");
    this.world.reactor!.registerCallback(async () => {
      await gcode.runScript(script).catch(() => undefined);
      done = true;
    });
    await this.world.run(() => done, this.world.clock.now + 300);
    return this.responses.slice(from).filter((line) => !line.startsWith("// Klipper state"));
  }

  close(): void {
    this.world.finish();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const opened: { close(): void }[] = [];
afterEach(() => { for (const printer of opened.splice(0)) printer.close(); });

const python = (name: string, body: string, options = ""): string => `[gcode_macro ${name}]\n${options}gcode:\n${body.split("\n").map((line) => `  !${line}`).join("\n")}\n`;
const jinja = (name: string, body: string, options = ""): string => `[gcode_macro ${name}]\n${options}gcode:\n${body.split("\n").map((line) => `  ${line}`).join("\n")}\n`;

async function started(config: string, files: Readonly<Record<string, string>> = {}): Promise<MacroPrinter> {
  const printer = new MacroPrinter(config, files);
  const message = await printer.start();
  if (printer.world.printer!.getStateMessage()[1] !== "ready") throw new Error(message);
  return printer;
}

/** Recordings of Kalico f2532ee34 with the same macro. */
const evaluated = (expressions: readonly string[]): string => [
  `for what in ${JSON.stringify(expressions)}:`,
  "  try: respond_info(what + ' -> ' + repr(eval(what)))",
  "  except Exception as e: respond_info(what + ' -> ' + repr(e))",
].join("\n");

describe("a macro in Python", () => {
  it("emits what the same macro in Jinja2 renders to", async () => {
    const printer = await started(
      python("P", "for i in range(int(params.get('N', '2'))):\n  emit(f\"ECHO I={i} S={own_vars.speed} T={params['T'].upper()} X={printer.toolhead['max_velocity']}\")", "variable_speed: 2.5\n")
      + jinja("J", "{% for i in range(params.N|default(2)|int) %}\nECHO I={i} S={speed} T={params.T|upper} X={printer.toolhead.max_velocity}\n{% endfor %}", "variable_speed: 2.5\n"),
    );
    await fc.assert(fc.asyncProperty(fc.nat(4), fc.stringMatching(/^[a-z]{1,8}$/), async (n, text) => {
      const said = await printer.gcode(`P N=${n} T=${text}`);
      expect(said).toHaveLength(n);
      expect(said).toEqual(await printer.gcode(`J N=${n} T=${text}`));
    }), { numRuns: 12 });
  });

  it("sees parameters as any command does", async () => {
    const printer = await started(python("P", "respond_info(repr(sorted(params.items())) + repr(rawparams))"));
    await fc.assert(fc.asyncProperty(fc.dictionary(fc.stringMatching(/^[A-Z]{2,6}$/), fc.stringMatching(/^[a-zA-Z0-9._-]{1,9}$/), { maxKeys: 5 }), async (values) => {
      const raw = Object.entries(values).map(([name, value]) => `${name}=${value}`).join(" ");
      const pairs = Object.keys(values).sort().map((name) => `('${name}', '${values[name]!}')`).join(", ");
      expect(await printer.gcode(`P ${raw}`)).toEqual([`// [${pairs}]'${raw}'`]);
    }), { numRuns: 15 });
  });

  it("has Kalico's names, answers and messages", async () => {
    const asked = ["printer.nope", "own_vars.nope", "printer.toolhead.max_velocity", "set_gcode_variable('nope','count',11)", "set_gcode_variable('P','new',{1,2})", "own_vars.new", "respond_info(3)",
      "raise_error('x')", "call_remote_method('x', a=1)", "emit(3)", "emit('NOPE')", "emit()", "wait_moves(1)", "wait_while(check=3)", "wait_until(check=lambda: 1)", "wait_while(lambda: False)",
      "blocking(max, 3, 4)", "blocking(lambda: 3)", "blocking(lambda: 1/0)", "list(own_vars)", "'toolhead' in printer", "printer.toolhead['position'].z", "emergency_stop(1,2)", "len(own_vars)"];
    const printer = await started(python("P", evaluated(asked), "variable_count: 10\n"));
    expect((await printer.gcode("P")).map((line) => line.replace(/^\/\/ /, ""))).toEqual([
      "printer.nope -> KeyError('nope')",
      "own_vars.nope -> KeyError('nope')",
      "printer.toolhead.max_velocity -> AttributeError(\"'dict' object has no attribute 'max_velocity'\")",
      "set_gcode_variable('nope','count',11) -> Unknown config object 'gcode_macro nope'",
      "set_gcode_variable('P','new',{1,2}) -> None",
      "own_vars.new -> {1, 2}",
      "respond_info(3) -> AttributeError(\"'int' object has no attribute 'strip'\")",
      "raise_error('x') -> CommandError('x')",
      "call_remote_method('x', a=1) -> ''",
      "emit(3) -> AttributeError(\"'int' object has no attribute 'split'\")",
      "Unknown command:\"NOPE\"",
      "emit('NOPE') -> None",
      "emit() -> TypeError(\"TemplateWrapperPython._action_emit() missing 1 required positional argument: 'gcode'\")",
      "wait_moves(1) -> TypeError('TemplateWrapperPython._action_wait_moves() takes 1 positional argument but 2 were given')",
      "wait_while(check=3) -> TypeError(\"'int' object is not callable\")",
      "wait_until(check=lambda: 1) -> None",
      expect.stringMatching(/^wait_while\(lambda: False\) -> TypeError\('<lambda>\(\) takes 0 positional arguments but 1 was given'\)$/),
      "blocking(max, 3, 4) -> TypeError('TemplateWrapperPython._action_blocking() takes 2 positional arguments but 4 were given')",
      "blocking(lambda: 3) -> 3",
      "blocking(lambda: 1/0) -> ZeroDivisionError('division by zero')",
      "list(own_vars) -> ValueError('too many values to unpack (expected 2)')",
      "'toolhead' in printer -> True",
      "printer.toolhead['position'].z -> 0.0",
      "emergency_stop(1,2) -> TypeError('PrinterGCodeMacro._action_emergency_stop() takes from 1 to 2 positional arguments but 3 were given')",
      "len(own_vars) -> TypeError(\"object of type 'TemplateVariableWrapperPython' has no len()\")",
    ]);
  });

  it("takes names of macros before variables of the same name, and changes variables in place", async () => {
    const printer = await started(python("P", "x.append(3)\nrespond_info('then')\nown_vars.x.append(4)\nrespond_info(repr([x, own_vars.x, params, callable(emit), own_vars.emit]))", "variable_x: [1, 2]\nvariable_emit: 5\nvariable_params: 6\n"));
    expect(await printer.gcode("P")).toEqual(["// then", "// [[1, 2, 3, 4], [1, 2, 3, 4], {}, True, 5]"]);
    expect(printer.world.printer!.lookupObject("gcode_macro P").getStatus(0)).toEqual({ x: [1, 2, 3, 4], emit: 5, params: 6 });
  });

  it("waits in virtual time, and other scripts wait for it", async () => {
    const printer = await started(`${python("P", "before = printer.toolhead['estimated_print_time']\nsleep(7)\nrespond_info('%.2f' % (printer.toolhead['estimated_print_time'] - before))\nblocking(lambda: __import__('time').sleep(3))\nrespond_info('%.1f' % (printer.toolhead['estimated_print_time'] - before))")}
[delayed_gcode tick]\ninitial_duration: 5\ngcode:\n  ECHO TICK=1\n`);
    expect(await printer.gcode("P")).toEqual(["// 7.00", "// 10.0", "// ECHO TICK=1"]);
  });

  it("is the same in two runs of a seed", async () => {
    const body = "import random, time\nfor i in range(3):\n  sleep(random.random())\n  respond_info(f'{random.random()} {time.time()} {hash(\"a\")} {{3, 1, 2}}')";
    const runs: string[][] = [];
    for (let run = 0; run < 2; run++) runs.push(await (await started(python("P", body))).gcode("P"));
    expect(runs[0]).toHaveLength(3);
    expect(runs[1]).toEqual(runs[0]);
  });

  it("names macro and line where it fails", async () => {
    const printer = await started(python("P", "def f():\n  return 1 / 0\nf()") + python("Q", "def f():\n  raise_error('too hot')\nf()") + python("R", "emit('R')"));
    expect(await printer.gcode("P")).toEqual(["!! Error evaluating 'gcode_macro P:gcode': ZeroDivisionError: division by zero"]);
    expect(printer.log.find((text) => text.includes("Traceback"))).toMatch(/File "gcode_macro P:gcode", line 3, in <module>\n {2}File "gcode_macro P:gcode", line 2, in f\nZeroDivisionError: division by zero/);
    expect(await printer.gcode("Q")).toEqual(["!! Error evaluating 'gcode_macro Q:gcode': klippy.gcode.CommandError: too hot"]);
    expect((await printer.gcode("R")).at(-1)).toBe("!! Error evaluating 'gcode_macro R:gcode': klippy.gcode.CommandError: Macro R called recursively");
    expect(printer.world.printer!.getStateMessage()[1]).toBe("ready");
  });

  it("that does not come to an end is ended, and the printer with it", async () => {
    const printer = await started(python("P", "n = 0\nwhile True:\n  n += 1"));
    expect(await printer.gcode("P")).toEqual(["!! Internal error on command:\"P\""]);
    expect(printer.world.printer!.getStateMessage()[1]).toBe("shutdown");
    expect(printer.log.join("\n")).toMatch(/no end after 20000000 bytecodes, at gcode_macro P:gcode:[23]/);
  }, 120_000);

  it("that cannot be compiled keeps the printer from getting ready, with line and column", async () => {
    const printer = new MacroPrinter(python("P", "a = (1\nb"));
    await printer.start();
    expect(printer.world.printer!.getStateMessage()[1]).not.toBe("ready");
    expect(printer.log.join("\n")).toContain("Error compiling expression 'gcode_macro P:gcode': SyntaxError: '(' was never closed\n at line 1 column 5");
  });

  it("has no text that could be rendered: Kalico's delayed g-code cannot be in Python", async () => {
    const printer = await started("[delayed_gcode d]\ninitial_duration: 1\ngcode:\n  !respond_info('d')\n");
    await printer.world.run(() => false, printer.world.clock.now + 5);
    expect(printer.responses).not.toContain("// d");
    expect(printer.log.join("\n")).toContain("Script running error");
  });

  it("stands in other sections that run a template, without variables of its own", async () => {
    const printer = await started("[homing_override]\ngcode:\n  !respond_info(repr(params) + rawparams + str('own_vars' in globals()))\n");
    expect(await printer.gcode("G28 X")).toEqual(["// {'G': '28', 'X': ''}XFalse"]);
  });
});

describe("macros from files", () => {
  it("are read relative to the file that names them, and again by RELOAD_GCODE_MACROS, in either language", async () => {
    const config = "[gcode_macro A]\ngcode: !!include a.py\n[gcode_macro B]\ngcode: !!include b.j2\n[include sub.cfg]\n";
    const printer = await started(config, { "a.py": "respond_info('one')\n", "b.j2": "{action_respond_info('two')}", "sub.cfg": "[gcode_macro C]\ngcode: !!include ./a.py\n" });
    expect(await printer.gcode("A\nB\nC")).toEqual(["// one", "// two", "// one"]);
    writeFileSync(join(printer.directory, "a.py"), "respond_info('three')\n");
    printer.write(config.replace("!!include b.j2", "\n  !respond_info('four')"));
    expect(await printer.gcode("A\nRELOAD_GCODE_MACROS\nA\nB\nC")).toEqual(["// one", "// three", "// four", "// three"]);
  });

  it("live over a restart of the host", async () => {
    const printer = await started(python("A", "import sys\nrespond_info(str(hasattr(sys, 'mark')))\nsys.mark = 1"));
    expect(await printer.gcode("A\nA")).toEqual(["// False", "// True"]);
    printer.world.printer!.requestExit("restart");
    await printer.world.run(() => false, printer.world.clock.now + 5);
    await printer.world.restart();
    await printer.world.run(() => printer.world.printer!.getStateMessage()[1] === "ready", printer.world.clock.now + 60);
    expect(await printer.gcode("A")).toEqual(["// True"]);
  });
});

describe("the Python of macros", () => {
  const never = (): never => { throw new Error("No Python found: install CPython 3.9 or later"); };
  const macros = (): PythonMacros => new PythonMacros({ findPython: never, makeDirectory: never, removeDirectory: never, now: () => 0, reactor: () => undefined });

  it("is not started by a printer without such macros", async () => {
    const python = macros();
    const printer = new MacroPrinter(jinja("A", "ECHO A=1"), {}, { startArgs: { compile_python: python.compile } });
    expect(await printer.start()).toBe("Printer is ready");
    expect(python.isOpen).toBe(false);
  });

  it("where there is none, the option and what to do are named", async () => {
    const printer = new MacroPrinter(python("A", "pass"), {}, { startArgs: { compile_python: macros().compile } });
    expect(await printer.start()).toMatch(/^Option 'gcode' in section 'gcode_macro A' is a macro in Python: No Python found: install CPython 3\.9 or later/);
  });
});

describe.each([false, true])("a Python plugin (watched: %s)", (watchPlugins) => {
  it("loads and calls templates in Python, and finds macros with their variables", async () => {
    const plugin = `
class Subject:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.template = self.printer.load_object(config, "gcode_macro").load_template(config, "script")
        self.printer.lookup_object("gcode").register_command("TRY", self.cmd_TRY)
    def cmd_TRY(self, gcmd):
        self.template.run_gcode_from_command({"params": {"A": 5}, "own": [1, (2, 3.0)]})
        macro = self.printer.lookup_object("gcode_macro M")
        macro.cmd(gcmd)
        gcmd.respond_info(repr(macro.variables["v"]))
def load_config(config):
    return Subject(config)
`;
    const printer = new PythonPrinter({ files: { "subject.py": plugin }, watchPlugins, config: `[subject]\nscript:\n  !respond_info(repr(params) + repr(own))\n${python("M", "own_vars.v += 1", "variable_v: 1\n")}` });
    opened.push(printer);
    expect(await printer.start()).toBe("Printer is ready");
    expect(await printer.gcode("TRY")).toEqual(["// {'A': 5}[1, (2, 3.0)]", "// 2"]);
  });
});

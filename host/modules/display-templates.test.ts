/** Display templates on leds, pins and fans: when they are evaluated, what their text means, what is refused. Values and messages as a real Kalico gave them. */
import { describe, expect, it } from "vitest";
import { pinBench as benchOf, type PinBench } from "../testing/pin-bench.js";
import { gcodeModules } from "./gcode-modules.js";
import { RENDER_INTERVAL } from "./template-timer.js";

async function pinBench(config: string): Promise<PinBench> {
  const bench = await benchOf(config, { gcode_macro: gcodeModules["gcode_macro"]! });
  bench.output.length = 0;
  return bench;
}

/** First lines of the log's errors, without what was thrown. */
const errors = (bench: PinBench): string[] => bench.log.filter((line) => line.startsWith("error: ")).map((line) => line.slice(7).split("\n")[0]!);

const colors = (bench: PinBench, name = "led lamp"): number[][] => bench.printer.lookupObject<{ getStatus(t: number): { color_data: number[][] } }>(name).getStatus(0).color_data;

const lamp = (text: string, more = ""): string => `[led lamp]\nred_pin: PA1\ngreen_pin: PA2\n[display_template t]\n${text}\n${more}`;

async function shownBy(text: string): Promise<number[]> {
  const bench = await pinBench(lamp(text));
  await bench.script("SET_LED_TEMPLATE LED=lamp TEMPLATE=t");
  await bench.runUntil(bench.clock.now + RENDER_INTERVAL + 0.01);
  return colors(bench)[0]!;
}

describe("a display template on a led", () => {
  it("gives its four numbers, limited to 0…1 and 0 where they are missing", async () => {
    expect(await shownBy("text: 0.1, 0.2, 0.3, 0.4")).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(await shownBy("text: 0.5")).toEqual([0.5, 0, 0, 0]);
    expect(await shownBy("text: -1, nan, inf, 0.25")).toEqual([0, 1, 1, 0.25]);
    expect(await shownBy("text:\n  {% set a = 0.5 %}\n  {a},\n  0.1\n")).toEqual([0.5, 0.1, 0, 0]);
  });

  it("leaves it dark when it is no list of numbers, and says so in the log", async () => {
    const bench = await pinBench(lamp("text: hello", "[display_template fails]\ntext: {printer.nothing.nothing}\n"));
    for (const name of ["t", "fails"]) {
      await bench.script(`SET_LED LED=lamp RED=1\nSET_LED_TEMPLATE LED=lamp TEMPLATE=${name}`);
      await bench.runUntil(bench.clock.now + 0.6);
      expect(colors(bench)).toEqual([[0, 0, 0, 0]]);
    }
    expect(errors(bench).filter((line) => line.includes("render error"))).toEqual([
      "led template render error", "display template render error", "led template render error",
    ]);
  });

  it("is evaluated every half second, first half a second after it was assigned, and once for all leds that share it", async () => {
    const text = "param_v: 1\ntext: { action_respond_info('v %s' % (param_v)) }{param_v}";
    const bench = await pinBench(lamp(text, "[led other]\nred_pin: PA3\n"));
    await bench.script("SET_LED_TEMPLATE LED=lamp TEMPLATE=t\nSET_LED_TEMPLATE LED=other TEMPLATE=t");
    const start = bench.clock.now;
    await bench.runUntil(start + 0.45);
    expect(bench.output).toEqual([]);
    await bench.runUntil(start + 1.9);
    expect(bench.output).toEqual(["// v 1", "// v 1", "// v 1"]);
    await bench.script("SET_LED_TEMPLATE LED=other TEMPLATE=t PARAM_V=0.25");
    await bench.runUntil(start + 2.3);
    expect(bench.output.slice(3)).toEqual(["// v 1", "// v 0.25"]);
    expect(colors(bench, "led other")[0]![0]).toBe(0.25);
  });

  it("rules until the next evaluation is due after SET_LED, and leaves its colour when it is taken away", async () => {
    const bench = await pinBench(lamp("text: 0.5,0.5,0.5,0.5"));
    await bench.script("SET_LED_TEMPLATE LED=lamp TEMPLATE=t");
    await bench.runUntil(bench.clock.now + 0.6);
    await bench.script("SET_LED LED=lamp RED=0.1");
    expect(colors(bench)).toEqual([[0.1, 0, 0, 0]]);
    await bench.runUntil(bench.clock.now + 0.5);
    expect(colors(bench)).toEqual([[0.5, 0.5, 0.5, 0.5]]);
    await bench.script("SET_LED_TEMPLATE LED=lamp TEMPLATE=");
    await bench.runUntil(bench.clock.now + 1);
    expect(colors(bench)).toEqual([[0.5, 0.5, 0.5, 0.5]]);
    await bench.script("SET_LED LED=lamp GREEN=1");
    await bench.runUntil(bench.clock.now + 1);
    expect(colors(bench)).toEqual([[0, 1, 0, 0]]);
  });

  it("lights the pins of the led", async () => {
    const bench = await pinBench(lamp("text: 0.5"));
    await bench.script("SET_LED_TEMPLATE LED=lamp TEMPLATE=t");
    await bench.runUntil(bench.clock.now + 0.6);
    expect(bench.pin("PA1").commands.map(([, value]) => value)).toEqual([0.5]);
    expect(bench.pin("PA2").commands).toEqual([]);
  });

  it("is refused by name, parameter, value and index", async () => {
    const bench = await pinBench(lamp("param_v: 1\ntext: 1"));
    for (const [given, message] of [
      ["TEMPLATE=none", "Unknown display_template 'none'"],
      ["TEMPLATE=T", "Unknown display_template 'T'"],
      ["TEMPLATE=t PARAM_NOPE=1", "Invalid display_template parameter: param_nope"],
      ["TEMPLATE=t PARAM_V=bla", "Unable to parse 'bla' as a literal"],
      ["TEMPLATE=t INDEX=2", "Error on 'SET_LED_TEMPLATE LED=lamp TEMPLATE=t INDEX=2': INDEX must have maximum of 1"],
      ["", "Error on 'SET_LED_TEMPLATE LED=lamp': missing TEMPLATE"],
    ] as const) await expect(bench.script(`SET_LED_TEMPLATE LED=lamp ${given}`.trim())).rejects.toThrow(message);
  });
});

describe("a display template on a pin or fan", () => {
  it("gives the value itself, neither scaled nor limited", async () => {
    const bench = await pinBench("[output_pin p]\npin: PA1\npwm: True\nscale: 10\n[fan_generic f]\npin: PA2\nkick_start_time: 0\nmax_power: 0.5\n[display_template t]\ntext: 0.4\n");
    await bench.script("SET_PIN PIN=p TEMPLATE=t\nSET_FAN_SPEED FAN=f TEMPLATE=t");
    await bench.runUntil(bench.clock.now + 0.6);
    expect(bench.pin("PA1").commands.map(([, value]) => value)).toEqual([0.4]);
    expect(bench.pin("PA2").commands.map(([, value]) => value)).toEqual([0.2]);
  });

  it("is 0 where its text is no number", async () => {
    const bench = await pinBench("[output_pin p]\npin: PA1\nvalue: 1\n[display_template t]\ntext: 0.4, 1\n");
    await bench.script("SET_PIN PIN=p TEMPLATE=t");
    await bench.runUntil(bench.clock.now + 0.6);
    expect(bench.pin("PA1").commands.map(([, value]) => value)).toEqual([0]);
    expect(errors(bench)).toContain("output_pin template render error");
  });
});

describe("a section [display_template]", () => {
  it("takes literals for its parameters, which render() replaces, and the caller's own are not seen", async () => {
    const more = "[display_template inner]\nparam_a: 1\nparam_b: 'x'\ntext: {action_respond_info('%s %s %s' % (param_a, param_b, param_v is defined))}0.5\n";
    const bench = await pinBench(lamp("param_v: 3\ntext: {render('inner', param_a=7)}", more));
    await bench.script("SET_LED_TEMPLATE LED=lamp TEMPLATE=t");
    await bench.runUntil(bench.clock.now + 0.6);
    expect(bench.output).toEqual(["// 7 x False"]);
    expect(colors(bench)[0]![0]).toBe(0.5);
  });

  it("fails by message where render() names no template, no parameter of it, or the template itself", async () => {
    const more = "[display_template u]\ntext: {render('t', param_no=1)}\n[display_template self]\ntext: {render('self')}\n";
    const bench = await pinBench(lamp("text: {render('nope')}", more));
    for (const name of ["t", "u", "self"]) {
      await bench.script(`SET_LED_TEMPLATE LED=lamp TEMPLATE=${name}`);
      await bench.runUntil(bench.clock.now + 0.6);
    }
    expect(errors(bench)).toContain("Error evaluating 'display_template t:text': KeyError: 'nope'");
    expect(errors(bench)).toContain("Error evaluating 'display_template u:text': klippy.gcode.CommandError: Invalid parameter to display_template t");
    expect(bench.log.some((line) => line.includes("RecursionError"))).toBe(true);
  });

  it("is refused for its name, a parameter that is no literal, a missing text", async () => {
    await expect(pinBench(lamp("text: 1", "[display_template two words]\ntext: 1\n"))).rejects.toThrow("Section name 'display_template two words' is not valid");
    await expect(pinBench(lamp("text: 1\nparam_x: bla"))).rejects.toThrow("Option 'param_x' in section 'display_template t' is not a valid literal");
    await expect(pinBench(lamp("param_x: 1"))).rejects.toThrow("Option 'text' in section 'display_template t' must be specified");
    await expect(pinBench("[display_template t]\ntext: 1\n")).rejects.toThrow("Section 'display_template t' is not a valid config section");
  });
});

import { describe, expect, it } from "vitest";
import { catalogue } from "../../conformance/catalogue.js";
import { inPython } from "./python-wording.js";

describe("findings for Python authors", () => {
  it.each([
    ["call gcode.runScriptFromCommand in a command handler", "call gcode.run_script_from_command in a command handler"],
    ["use `await reactor.pause(eventtime + seconds)` to wait", "use `reactor.pause(eventtime + seconds)` to wait"],
    ["read it with config.getFloat and throw config.error(…)", "read it with config.getfloat and raise config.error(…)"],
    ["read parameters with gcmd.get/getInt/getFloat", "read parameters with gcmd.get/get_int/get_float"],
    ["getStatus never throws", "get_status never raises"],
    ["treat a missing eventtime as \"now\": getStatus(eventtime = this.reactor.monotonic())", "treat a missing eventtime as \"now\": get_status(self, eventtime=None)"],
  ])("%s → %s", (text, wanted) => {
    expect(inPython(text)).toBe(wanted);
  });

  it("leave the plugin's own names alone", () => {
    expect(inPython("timer my_plugin.doTick raised KeyError: fooBar")).toBe("timer my_plugin.doTick raised KeyError: fooBar");
  });

  it("use no word of JavaScript in any title or requirement of the catalogue", () => {
    const left = catalogue.filter((rule) => !rule.id.startsWith("PKG-017")).flatMap((rule) => [rule.title, rule.requirement]).map(inPython)
      .filter((text) => /\b(throws?|promise|await|[a-z]{3,}[A-Z]\w*)\b/.test(text.replace(/kalico\.plugins|"[^"]*"/g, "")));
    expect(left).toEqual([]);
  });
});

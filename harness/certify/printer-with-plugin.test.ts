import { describe, expect, it } from "vitest";
import { parseSections } from "../../conformance/arbitraries/config-text.js";
import type { DescribedPlugin } from "./described-plugin.js";
import { baseText, configText, printerFor, withCompanions } from "./printer-with-plugin.js";

const plugin = { location: { modules: { my_plugin: "my_plugin.py" } } } as unknown as DescribedPlugin;
const names = (text: string): string[] => parseSections(text).map((section) => section.name);

describe("the printer of a certification", () => {
  it("completes a file that holds the plugin's sections only, and prints without what else stands in it", () => {
    const printer = printerFor(plugin, "[led strip]\npin: x\n[my_plugin]\nvalue: 1\n[output_pin a]\npin: my:a\n");
    const all = names(configText(printer));
    expect(all.slice(-3)).toEqual(["led strip", "my_plugin", "output_pin a"]);
    expect(all).toContain("stepper_x");
    expect(names(baseText(printer))).not.toContain("output_pin a");
  });

  it("keeps the order of a whole printer, with and without the plugin", () => {
    const printer = printerFor(plugin, "[mcu]\n[my_plugin]\n[printer]\nkinematics: none\n[output_pin a]\npin: my:a\n[stepper_x]\n");
    const given = ["mcu", "my_plugin", "printer", "output_pin a", "stepper_x"];
    expect(names(configText(printer)).filter((name) => given.includes(name))).toEqual(given);
    const apart = withCompanions(printer);
    expect(names(configText(apart)).filter((name) => given.includes(name))).toEqual(given);
    expect(names(baseText(apart)).filter((name) => given.includes(name))).toEqual(["mcu", "printer", "stepper_x"]);
  });
});

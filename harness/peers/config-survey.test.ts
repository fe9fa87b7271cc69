/** The survey of configurations, as far as it needs no Kalico: which files, what a refusal is about, what the tables count. */
import { describe, expect, it } from "vitest";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { configsOf, refusedSection, saysTheSame, startHere, surveyTable, withoutSection, type SurveyedConfig } from "./config-survey.js";

const PRINTER = "[mcu]\nserial: x\n[printer]\nkinematics: none\nmax_velocity: 1\nmax_accel: 1\n";

describe("a survey of configurations", () => {
  it("takes the files that describe a whole printer", () => {
    const scratch = scratchDirectory();
    try {
      scratch.write("config/printer-b.cfg", PRINTER);
      scratch.write("config/printer-a.cfg", PRINTER);
      scratch.write("config/sample-macros.cfg", "[gcode_macro A]\ngcode: M117\n# [printer]\n");
      scratch.write("config/readme.md", "[printer]\n");
      expect(configsOf(scratch.path, /./)).toEqual(["printer-a.cfg", "printer-b.cfg"].map((name) => `${scratch.path}/config/${name}`));
      expect(configsOf(scratch.path, /-b/)).toHaveLength(1);
    } finally {
      scratch.remove();
    }
  });

  it("finds the section that is refused and goes on without it, until the printer is ready", async () => {
    const scratch = scratchDirectory();
    try {
      let text = `${PRINTER}[nonsense  Of_mine]\npin: PA1\n[more]\n`;
      const refused: string[] = [];
      for (;;) {
        scratch.write("printer.cfg", text);
        const { message, dictionaries } = await startHere(`${scratch.path}/printer.cfg`);
        expect([...dictionaries.keys()]).toEqual(["mcu"]);
        const name = refusedSection(message);
        if (name === undefined) {
          expect(message).toBe("");
          break;
        }
        refused.push(name);
        text = withoutSection(text, name);
      }
      expect(refused.map((name) => name.split(" ", 1)[0])).toEqual(["nonsense", "more"]);
      expect(text).toBe(PRINTER.trimEnd());
    } finally {
      scratch.remove();
    }
  });

  it("counts configurations as alike only when nothing was left out and both say the same", () => {
    const ready: SurveyedConfig = { name: "a.cfg", ours: "", kalico: "", notOffered: [] };
    const both: SurveyedConfig = { ...ready, name: "b.cfg", ours: "Option 'path'", kalico: "Option 'path'" };
    const lacking: SurveyedConfig = { ...ready, name: "c.cfg", notOffered: ["angle", "belay"] };
    const other: SurveyedConfig = { ...ready, name: "d.cfg", ours: "a | b", notOffered: ["angle"] };
    expect([ready, both, lacking, other].map(saysTheSame)).toEqual([true, true, false, false]);
    const table = surveyTable([ready, both, lacking, other]);
    expect(table).toContain("2 of 4 end alike. 3 become ready in Kalico, 1 in this host.");
    expect(table).toContain("| angle | 2 |\n| belay | 1 |\n");
    expect(table).toContain("| d.cfg | angle | a \\| b | ready |");
    expect(table).toContain("| Option 'path' | 1 |");
  });
});

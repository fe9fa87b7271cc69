/** Lines of JavaScript plugins that ran, as the report tells them. Uses `dist`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCommandLine } from "../testing/command-line.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";

vi.setConfig({ testTimeout: 120_000 });

const PLUGIN = `class Level {
  constructor(config) {
    this.scale = config.getFloat("scale", { default: 1, minval: 0, maxval: 5 });
    if (this.scale > 100) {
      this.scale = 100;
    }
  }
  getStatus(_eventTime) { return { level: this.scale }; }
  unused() {
    return 1;
  }
}
export const loadConfig = (config) => new Level(config);
`;

let scratch: ScratchDirectory;
beforeAll(() => { scratch = scratchDirectory(); });
afterAll(() => scratch.remove());

describe("lines of a JavaScript plugin", () => {
  it("that never ran are named, on screen and in the report; the others are counted", async () => {
    scratch.write("level.js", PLUGIN);
    const { stdout } = await runCommandLine(["certify", "level.js", "--effort", "quick", "--rules", "STA-007", "--report", "out"], scratch.path);
    expect(stdout).toContain("lines of the plugin that ran: 4 of 6");
    expect(stdout).toContain("never ran: level.js 5, 10");
    const { exercised } = JSON.parse(readFileSync(join(scratch.path, "out/RUN.json"), "utf8")) as { exercised: { coverage: unknown } };
    expect(exercised.coverage).toEqual([{ file: "level.js", lines: 6, ran: 4, never: [[5, 5], [10, 10]] }]);
    expect(readFileSync(join(scratch.path, "out/index.html"), "utf8")).toContain("Lines of level.js that never ran");
  });
});

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { changedFiles, fileStates } from "./changed-files.js";

let scratch: ScratchDirectory;
beforeEach(() => { scratch = scratchDirectory(); });
afterEach(() => scratch.remove());

describe("files of a plugin", () => {
  it("count as changed when an author writes them, and never when a run leaves its results beside them", () => {
    const own = ["plugin.py", "pyproject.toml", "printer.cfg", "README.md", "package.json", "dist/plugin.js"].map((name) => scratch.write(name, "1"));
    const before = fileStates(scratch.path);
    for (const name of ["out.json", "log.txt", "counter-examples/a.json", "kalico-report/index.html", "kalico-report/x.js", "result.xml", "__pycache__/plugin.py", ".git/config.cfg"]) scratch.write(name, "1");
    expect(changedFiles(before, fileStates(scratch.path))).toEqual([]);
    for (const name of ["plugin.py", "pyproject.toml", "printer.cfg", "README.md", "package.json", "dist/plugin.js"]) scratch.write(name, "12");
    expect(changedFiles(before, fileStates(scratch.path))).toEqual([...own].sort());
  });
});

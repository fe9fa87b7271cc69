/** Completion of the G-code console. */
import { describe, expect, it } from "vitest";
import { completeCommand } from "./gcode-console.js";

describe("console", () => {
  it("completes commands in any case, and leaves parameters alone", () => {
    const commands = ["RESTART", "RESUME", "G28", "PAUSE"];

    expect(completeCommand("res", commands)).toEqual([["RESTART", "RESUME"], "res"]);
    expect(completeCommand("", commands)[0]).toHaveLength(4);
    expect(completeCommand("G28 X", commands)).toEqual([[], "G28 X"]);
  });
});

import { afterAll, describe, expect, it } from "vitest";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import { UsageError } from "./exit-codes.js";
import { parseTilt } from "./tilt-option.js";

const scratch = scratchDirectory();
afterAll(() => scratch.remove());
const config = scratch.write("printer.cfg", "[stepper_x]\n[stepper_z]\n[stepper_z1]\n");

describe("--tilt", () => {
  it("names the way of each motor; the last word on a motor counts", () => {
    expect(parseTilt([], "not read")).toEqual({});
    expect(parseTilt(["stepper_z1=0.8", "stepper_z = -1", "stepper_z1=+2"], config)).toEqual({ stepper_z1: 2, stepper_z: -1 });
  });

  it.each(["stepper_z1", "stepper_z1=", "stepper_z1=much", "stepper_z1=21", "=3", "stepper_z1=1.2.3"])("refuses %s and says what is right", (text) => {
    expect(() => parseTilt([text], config)).toThrow(UsageError);
    expect(() => parseTilt([text], config)).toThrow(`STEPPER=MM with at most 20 mm up or down, such as stepper_z1=-0.5, found "${text}"`);
  });

  it("refuses motors that do not carry", () => {
    expect(() => parseTilt(["stepper_x=1"], config)).toThrow('"stepper_x", which is no z motor of the configuration: it has stepper_z, stepper_z1');
  });
});

import { describe, expect, it } from "vitest";
import { UsageError } from "./exit-codes.js";
import { parseResonances } from "./resonance-option.js";

describe("--resonance", () => {
  it("names frequency and damping of each axis; the last word on an axis counts", () => {
    expect(parseResonances([])).toEqual({});
    expect(parseResonances(["x=45", "Y = 38.5 , 0.12", "x=60,0"])).toEqual({ x: { hz: 60, damping: 0 }, y: { hz: 38.5, damping: 0.12 } });
  });

  it.each(["x", "x=", "x=0", "x=-5", "e=45", "x=45,1", "x=45,0.1,3", "x=1.2.3", "x=2000", "xy=45", "x=45,"])("refuses %s and says what is right", (text) => {
    expect(() => parseResonances([text])).toThrow(UsageError);
    expect(() => parseResonances([text])).toThrow(`AXIS=HZ[,DAMPING] with axis x, y or z, up to 1000 Hz and a damping ratio below 1, found "${text}"`);
  });
});

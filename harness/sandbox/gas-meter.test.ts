import { describe, expect, it } from "vitest";
import { GasExhausted, GasMeter } from "./gas-meter.js";
import { GAS_FUNCTION } from "./instrument.js";

const gas = (n: number): void => (globalThis as unknown as Record<string, (n: number) => void>)[GAS_FUNCTION]!(n);

describe("gas meter", () => {
  it("books gas to the callback that is running, and to the outer one after a nested call", () => {
    const meter = new GasMeter();
    meter.install();
    const outer = meter.enter("p", "timer", "a");
    gas(5);
    const inner = meter.enter("p", "get_status", "b");
    gas(7);
    inner.leave();
    gas(3);
    outer.leave();
    expect(inner.run.maxGas).toBe(7);
    expect(outer.run.maxGas).toBe(8);
  });

  it("books the work after an await to the callback that awaited", async () => {
    const meter = new GasMeter();
    meter.install();
    const later = Promise.resolve();
    const entered = meter.enter("p", "gcode", "X");
    const work = (async () => { gas(2); await later; gas(9); })();
    entered.leave();
    await work;
    meter.endStretches();
    expect(entered.run).toMatchObject({ stretches: 2, maxGas: 9 });
  });

  it("stops a callback that does not come to an end", () => {
    const meter = new GasMeter();
    meter.install();
    meter.limit = 1000;
    const entered = meter.enter("p", "timer", "loop");
    expect(() => { for (;;) gas(1); }).toThrow(GasExhausted);
    entered.leave();
  });
});

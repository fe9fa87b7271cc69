import { describe, expect, it } from "vitest";
import { pinBench } from "../testing/pin-bench.js";

describe("fan", () => {
  it("starts at full power for kick_start_time, then takes the speed asked for", async () => {
    const bench = await pinBench("[fan]\npin: PA1\nkick_start_time: 0.5\n");
    bench.toolhead.printTime = 2;

    await bench.script("M106 S51");
    bench.chip.flush(2);
    bench.chip.flush(2.6);

    expect(bench.pin("PA1").commands).toEqual([[2, 1], [2.5, 0.2]]);
  });

  it("needs no kick start to slow down, to speed up a little, or to run at full power", async () => {
    const bench = await pinBench("[fan]\npin: PA1\n");
    for (const [printTime, speed] of [[1, 255], [2, 102], [3, 127.5], [4, 0], [5, 255]] as const) {
      bench.toolhead.printTime = printTime;
      await bench.script(`M106 S${speed}`);
      bench.chip.flush(printTime + 0.9);
    }

    expect(bench.pin("PA1").commands).toEqual([[1, 1], [2, 0.4], [3, 0.5], [4, 0], [5, 1]]);
  });

  it("maps speeds to min_power…max_power and is off at 0", async () => {
    const bench = await pinBench("[fan]\npin: PA1\nmin_power: 0.2\nmax_power: 0.8\nkick_start_time: 0\n");
    for (const [printTime, command] of [[1, "M106 S127.5"], [2, "M106"], [3, "M107"]] as const) {
      bench.toolhead.printTime = printTime;
      await bench.script(command);
      bench.chip.flush(printTime + 0.5);
    }

    const values = bench.pin("PA1").commands.map(([, value]) => value);
    expect(values[0]).toBeCloseTo(0.5, 12);
    expect(values[1]).toBeCloseTo(0.8, 12);
    expect(values[2]).toBe(0);
  });

  it("switches its enable pin with the speed", async () => {
    const bench = await pinBench("[fan]\npin: PA1\nenable_pin: PA2\nkick_start_time: 0\n");
    for (const [printTime, speed] of [[1, 100], [2, 200], [3, 0]] as const) {
      bench.toolhead.printTime = printTime;
      await bench.script(`M106 S${speed}`);
      bench.chip.flush(printTime + 0.5);
    }

    expect(bench.pin("PA2").commands).toEqual([[1, 1], [3, 0]]);
  });

  it("reports speeds and, without a tachometer, no rpm", async () => {
    const bench = await pinBench("[fan]\npin: PA1\nmax_power: 0.5\nkick_start_time: 0\n");
    bench.toolhead.printTime = 1;
    await bench.script("M106 S255");
    bench.chip.flush(1.5);

    expect(bench.printer.lookupObject("fan").getStatus(1.5)).toEqual({ power: 0.5, value: 1, speed: 0.5, rpm: null });
  });

  it("refuses a configuration with two names for the least power", async () => {
    await expect(pinBench("[fan]\npin: PA1\nmin_power: 0.2\noff_below: 0.1\n")).rejects.toThrow(
      "min_power and off_below are both set. Remove one!");
  });
});

describe("fan_generic", () => {
  it("takes its speed from SET_FAN_SPEED", async () => {
    const bench = await pinBench("[fan_generic aux]\npin: PA1\nkick_start_time: 0\n");
    bench.toolhead.printTime = 1;

    await bench.script("SET_FAN_SPEED FAN=aux SPEED=0.75");
    bench.chip.flush(1.5);

    expect(bench.pin("PA1").commands).toEqual([[1, 0.75]]);
    await expect(bench.script("SET_FAN_SPEED FAN=aux")).rejects.toThrow("SET_FAN_SPEED must specify SPEED or TEMPLATE");
  });
});

import { describe, expect, it } from "vitest";
import { pinBench, type PinBench } from "../testing/pin-bench.js";
import { loadConfig, type PrinterHeatedFan } from "./heated-fan.js";

const SECTION = `[heated_fan]
pin: PA1
heater_pin: PB1
sensor_type: AD595
sensor_pin: PC1
control: watermark
min_temp: 0
max_temp: 120
heater_temp: 60
min_speed: 0.4
idle_timeout: 30
kick_start_time: 0
`;

/** Lets time pass in warm air; answers [speed of the fan, target of its heater]. */
async function after(bench: PinBench, seconds: number): Promise<[speed: number, target: number]> {
  const end = bench.clock.now + seconds;
  for (let now = bench.clock.now; now < end; now += 0.3) {
    bench.pin("PC1").report(now, 40 / 490);
    bench.toolhead.printTime = now;
    await bench.runUntil(now + 0.3);
    bench.chip.flush(now + 0.3);
  }
  const fan = bench.printer.lookupObject<PrinterHeatedFan>("fan");
  return [bench.pin("PA1").commands.at(-1)?.[1] ?? 0, fan.heater.getTemp(bench.clock.now)[1]];
}

describe("heated_fan", () => {
  it("heats while it is on, and blows no less than min_speed", async () => {
    const bench = await pinBench(SECTION, { heated_fan: { loadConfig } });
    await after(bench, 1);
    await bench.script("M106 S255");
    expect(await after(bench, 2)).toEqual([1, 60]);
    await bench.script("SET_HEATED_FAN_TARGET TARGET=70\nM106 S51");
    expect(await after(bench, 2)).toEqual([0.4, 70]);
  });

  it.each(["M107", "M106 S0"])("cools down for idle_timeout after %s, unless it is on again before", async (off) => {
    const bench = await pinBench(SECTION, { heated_fan: { loadConfig } });
    await after(bench, 1);
    await bench.script(`M106 S255\n${off}`);
    expect(await after(bench, 29)).toEqual([0.4, 0]);
    expect(await after(bench, 3)).toEqual([0, 0]);

    await bench.script(`M106 S255\n${off}`);
    await after(bench, 20);
    await bench.script("M106 S204");
    expect(await after(bench, 20)).toEqual([0.8, 60]);
  });

  it("blows with min_speed when something else heats it", async () => {
    const bench = await pinBench(SECTION, { heated_fan: { loadConfig } });
    await after(bench, 1);
    bench.printer.lookupObject<PrinterHeatedFan>("fan").heater.setTemp(50);
    expect(await after(bench, 3)).toEqual([0.4, 50]);
  });
});

import { describe, expect, it } from "vitest";
import { pinBench, type PinBench } from "../testing/pin-bench.js";

const fan = (more: string): string => `[temperature_fan box]\npin: PA1\nsensor_type: AD595\nsensor_pin: PC1\nmin_temp: 0\nmax_temp: 120\nmin_speed: 0.2\n${more}`;
/** AD595: 10 mV per degree at 5 V reference, nearly. */
const adc = (celsius: number): number => celsius / 490;

async function live(bench: PinBench, seconds: number, celsius: number): Promise<number> {
  const end = bench.clock.now + seconds;
  for (let now = bench.clock.now; now < end; now += 0.3) {
    bench.pin("PC1").report(now, adc(celsius));
    await bench.runUntil(now + 0.3);
  }
  return bench.pin("PA1").commands.at(-1)?.[1] ?? 0;
}

describe("temperature_fan", () => {
  it("with a watermark runs above the target and stands below it, with a band that changes nothing", async () => {
    const bench = await pinBench(fan("control: watermark\ntarget_temp: 40\n"));
    const speeds: number[] = [];
    for (const celsius of [30, 41, 43, 39, 37]) speeds.push(await live(bench, 2, celsius));
    expect(speeds).toEqual([0, 0, 1, 1, 0]);
  });

  it("in reverse runs below the target", async () => {
    const bench = await pinBench(fan("control: watermark\ntarget_temp: 40\nreverse: true\n"));
    const speeds: number[] = [];
    for (const celsius of [43, 39, 37, 41, 43]) speeds.push(await live(bench, 2, celsius));
    expect(speeds).toEqual([0, 0, 1, 1, 0]);
  });

  it("with PID turns faster the warmer it is, between min_speed and max_speed", async () => {
    const bench = await pinBench(fan("control: pid\ntarget_temp: 40\npid_Kp: 25\npid_Ki: 0.5\npid_Kd: 1\nmax_speed: 0.9\n"));
    const cold = await live(bench, 20, 20);
    const near = await live(bench, 20, 38);
    const hot = await live(bench, 20, 60);
    expect(cold).toBeCloseTo(0.2, 6);
    expect(near).toBeLessThan(hot);
    expect(hot).toBeCloseTo(0.9, 6);
  });

  it("with a curve follows its points, and falls later than it rises by the hysteresis", async () => {
    const bench = await pinBench(fan("control: curve\ntarget_temp: 60\ncooling_hysteresis: 5\npoints:\n  30, 0.2\n  50, 0.6\n  60, 1.0\n"));
    const speeds: number[] = [];
    for (const celsius of [20, 40, 55, 52, 45, 90]) speeds.push(await live(bench, 2, celsius));
    expect(speeds.map((speed) => Number(speed.toFixed(1)))).toEqual([0.2, 0.4, 0.8, 0.8, 0.6, 1]);
  });

  it("takes targets and limits by command, within bounds", async () => {
    const bench = await pinBench(fan("control: watermark\n"));
    const set = async (what: string): Promise<string> => bench.script(`SET_TEMPERATURE_FAN_TARGET TEMPERATURE_FAN=box ${what}`).then(() => "ok", (error: Error) => error.message);
    expect(await set("TARGET=70 MAX_SPEED=0.5")).toBe("ok");
    expect(bench.printer.lookupObject<{ getStatus(t: number): object }>("temperature_fan box").getStatus(0)).toMatchObject({ target: 70, speed: 0 });
    expect(await set("TARGET=130")).toBe("Requested temperature (130.0) out of range (0.0:120.0)");
    expect(await set("MIN_SPEED=0.6")).toBe("Requested min speed (0.6) is greater than max speed (0.5)");
    expect(await set("MAX_SPEED=1.5")).toBe("Requested max speed (1.5) out of range (0.0 : 1.0)");
  });

  it.each([
    ["30, 0.2", "At least two points must be defined for curve in temperature_fan."],
    ["30, 0.5\n  40, 0.3", "The fan curve must be monotonically increasing."],
    ["30, 0.5\n  30, 0.6", "Temperature may not exist twice in curve table."],
    ["30, 0.5\n  70, 0.6", "Temperature in point may not exceed target_temp."],
    ["30, 0.1\n  40, 0.6", "Speed in point may not fall below min_speed."],
  ])("refuses the curve %j", async (points, message) => {
    await expect(pinBench(fan(`control: curve\ntarget_temp: 60\npoints:\n  ${points}\n`))).rejects.toThrow(message);
  });
});

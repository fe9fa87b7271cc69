import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pinBench } from "../testing/pin-bench.js";
import { PIN_MIN_TIME } from "./gcode-request-queue.js";

const OUTPUT_PIN = "[output_pin lamp]\npin: PA1\npwm: True\ncycle_time: 0.01\n";

describe("g-code request queue", () => {
  it("carries a request out at the end of the moves before it, when the steps up to there are flushed", async () => {
    const bench = await pinBench(OUTPUT_PIN);
    bench.toolhead.printTime = 5;

    await bench.script("SET_PIN PIN=lamp VALUE=0.5");
    bench.chip.flush(4.9);
    expect(bench.pin("PA1").commands).toEqual([]);
    expect(bench.toolhead.activity).toBe(5);

    bench.chip.flush(5.1);
    expect(bench.pin("PA1").commands).toEqual([[5, 0.5]]);
  });

  it("puts an asynchronous request right after connect 0.1 s behind the start value, which holds the place in the controller until then", async () => {
    await fc.assert(fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (wait) => {
      const bench = await pinBench("[fan]\npin: PA1\nkick_start_time: 0\n");
      await bench.runUntil(wait);
      bench.printer.lookupObject<{ fan: { setSpeed(value: number): void } }>("fan").fan.setSpeed(1);

      const [[printTime]] = bench.pin("PA1").commands as [[number, number]];
      expect(printTime).toBeCloseTo(Math.max(0.3, bench.clock.now + PIN_MIN_TIME), 9);
    }), { numRuns: 10 });
  });

  it("discards a request for the value that the pin has", async () => {
    const bench = await pinBench(OUTPUT_PIN);
    for (const [printTime, value] of [[1, 0], [2, 0.5], [3, 0.5], [4, 0], [5, 0]] as const) {
      bench.toolhead.printTime = printTime;
      await bench.script(`SET_PIN PIN=lamp VALUE=${value}`);
      bench.chip.flush(printTime + 0.05);
    }

    expect(bench.pin("PA1").commands).toEqual([[2, 0.5], [4, 0]]);
  });

  it("carries out only the last of requests that are due together", async () => {
    const bench = await pinBench(OUTPUT_PIN);
    bench.toolhead.printTime = 2;

    await bench.script("SET_PIN PIN=lamp VALUE=0.1\nSET_PIN PIN=lamp VALUE=0.2\nSET_PIN PIN=lamp VALUE=0.3");
    bench.chip.flush(3);

    expect(bench.pin("PA1").commands).toEqual([[2, 0.3]]);
  });

  it("keeps changes in order and at least 0.1 s apart, and ends at the last request, however they come", async () => {
    await fc.assert(fc.asyncProperty(
      fc.array(fc.record({
        gap: fc.double({ min: 0, max: 0.3, noNaN: true }),
        value: fc.integer({ min: 0, max: 4 }),
        flushes: fc.boolean(),
      }), { minLength: 1, maxLength: 25 }),
      async (requests) => {
        const bench = await pinBench(OUTPUT_PIN);
        bench.toolhead.printTime = 1;
        for (const { gap, value, flushes } of requests) {
          bench.toolhead.printTime += gap;
          await bench.script(`SET_PIN PIN=lamp VALUE=${value / 4}`);
          if (flushes) bench.chip.flush(bench.toolhead.printTime);
        }
        for (let i = 0; i < 30; i++) bench.chip.flush(bench.toolhead.activity);

        const { commands } = bench.pin("PA1");
        for (let i = 1; i < commands.length; i++) {
          expect(commands[i]![0] - commands[i - 1]![0]).toBeGreaterThanOrEqual(PIN_MIN_TIME - 1e-9);
          expect(commands[i]![1]).not.toBe(commands[i - 1]![1]);
        }
        expect(commands.at(-1)?.[1] ?? 0).toBe(requests.at(-1)!.value / 4);
      }), { numRuns: 25 });
  });
});

describe("output_pin", () => {
  it("has Kalico's messages for wrong commands", async () => {
    const bench = await pinBench("[output_pin relay]\npin: PA2\n");

    await expect(bench.script("SET_PIN PIN=relay VALUE=0.5")).rejects.toThrow("Invalid pin value");
    await expect(bench.script("SET_PIN PIN=relay")).rejects.toThrow("SET_PIN command must specify VALUE or TEMPLATE");
    await expect(bench.script("SET_PIN PIN=relay VALUE=2")).rejects.toThrow(
      "Error on 'SET_PIN PIN=relay VALUE=2': VALUE must have maximum of 1.0");
    await expect(bench.script("SET_PIN PIN=relay TEMPLATE=blink")).rejects.toThrow("Unknown display_template 'blink'");
  });

  it("scales the values of the configuration and of SET_PIN", async () => {
    const bench = await pinBench(`${OUTPUT_PIN}scale: 255\nvalue: 51\nshutdown_value: 255\n`);
    expect(bench.pin("PA1").setup).toMatchObject({ start: 0.2, shutdown: 1, maxDuration: 0, cycleTime: 0.01 });
    expect(bench.printer.lookupObject("output_pin lamp").getStatus(0)).toEqual({ value: 0.2 });

    bench.toolhead.printTime = 1;
    await bench.script("SET_PIN PIN=lamp VALUE=102");
    bench.chip.flush(2);

    expect(bench.pin("PA1").commands).toEqual([[1, 0.4]]);
  });

  it("switches a digital pin", async () => {
    const bench = await pinBench("[output_pin relay]\npin: !PA2\n");
    expect(bench.pin("PA2").params.invert).toBe(1);

    bench.toolhead.printTime = 1;
    await bench.script("SET_PIN PIN=relay VALUE=1");
    bench.chip.flush(2);

    expect(bench.pin("PA2").commands).toEqual([[1, 1]]);
  });
});

describe("static_digital_output", () => {
  it("sets its pins in the configuration of the MCU", async () => {
    const bench = await pinBench("[static_digital_output leds]\npins: PA1, !PA2\n");

    expect(bench.chip.configCommands).toEqual(["set_digital_out pin=PA1 value=1", "set_digital_out pin=PA2 value=0"]);
  });
});

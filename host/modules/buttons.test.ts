import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pinBench, type PinBench } from "../testing/pin-bench.js";
import type { PrinterButtons } from "./buttons.js";
import { newButtonStates } from "./mcu-buttons.js";
import { RotaryEncoder } from "./rotary-encoder.js";

describe("button states of a message", () => {
  it("are each taken in once and in order, however often the MCU repeats them", () => {
    fc.assert(fc.property(
      fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 600 }),
      fc.infiniteStream(fc.record({ sent: fc.integer({ min: 1, max: 8 }), isAckLost: fc.boolean() })),
      (states, messages) => {
        const seen: number[] = [];
        let mcuAcked = 0;
        while (seen.length < states.length) {
          const { sent, isAckLost } = messages.next().value;
          const state = Uint8Array.from(states.slice(mcuAcked, mcuAcked + sent));
          seen.push(...newButtonStates(seen.length, { ack_count: mcuAcked & 0xff, state }));
          if (!isAckLost) mcuAcked = seen.length;
        }
        expect(seen).toEqual(states);
      }));
  });
});

const turns = { right: [0b10, 0b11, 0b01, 0b00], left: [0b01, 0b11, 0b10, 0b00] };

describe("rotary encoder", () => {
  it.each([[4, 1], [2, 2]] as const)("with %i steps per detent reports %i clicks per cycle, each way", (steps, clicks) => {
    const seen: string[] = [];
    const encoder = new RotaryEncoder(steps, () => seen.push("right"), () => seen.push("left"));

    for (const state of [...turns.right, ...turns.left]) encoder.encoderCallback(0, state);

    expect(seen).toEqual([...Array<string>(clicks).fill("right"), ...Array<string>(clicks).fill("left")]);
  });

  it("does not report a bounce", () => {
    const seen: string[] = [];
    const encoder = new RotaryEncoder(4, () => seen.push("right"), () => seen.push("left"));

    for (const state of [0b10, 0b00, 0b10, 0b11, 0b10, 0b00]) encoder.encoderCallback(0, state);

    expect(seen).toEqual([]);
  });
});

/** ADC fraction of `ohms` behind a pull-up of 4700 ohm. */
const fraction = (ohms: number): number => ohms / (4700 + ohms);

async function adcButton(): Promise<{ bench: PinBench; presses: [number, number][] }> {
  const presses: [number, number][] = [];
  const bench = await pinBench("[wants_buttons]\n", {
    wants_buttons: {
      loadConfig: (config) => {
        const buttons = config.getPrinter().loadObject<PrinterButtons>(config, "buttons");
        buttons.registerAdcButton("PC1", 900, 1100, 4700, (_eventTime, state) => void presses.push([1000, state]));
        buttons.registerAdcButton("PC1", 1900, 2100, 4700, (_eventTime, state) => void presses.push([2000, state]));
        return null;
      },
    },
  });
  return { bench, presses };
}

describe("ADC buttons", () => {
  it("report a press once it has lasted, and the release when another value has", async () => {
    const { bench, presses } = await adcButton();
    const pin = bench.pin("PC1");
    const hold = async (from: number, to: number, ohms: number): Promise<void> => {
      for (let at = from; at < to; at += 0.015) pin.report(at, fraction(ohms));
      await bench.runUntil(bench.clock.now + 0.01);
    };

    await hold(1, 1.1, 1000);
    await hold(1.1, 1.2, 2000);
    await hold(1.2, 1.3, 50000);

    expect(presses).toEqual([[1000, 1], [1000, 0], [2000, 1], [2000, 0]]);
  });

  it("take no notice of a value that lasts less than 25 ms", async () => {
    const { bench, presses } = await adcButton();

    for (let i = 0; i < 40; i++) bench.pin("PC1").report(1 + i * 0.015, fraction(i % 2 === 0 ? 1000 : 50000));
    await bench.runUntil(bench.clock.now + 0.01);

    expect(presses).toEqual([]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stm32f446 } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";
import { NEVER_CLOCK } from "./clock.js";
import type { PinSource } from "./gpio.js";

const MS = stm32f446.clockFreq / 1000;

/** A pin that is 0, then toggles at the given clocks. */
function toggling(clocks: readonly number[]): PinSource {
  return {
    level: (clock) => (clocks.filter((c) => c <= clock).length & 1) as 0 | 1,
    nextChange: (clock) => clocks.find((c) => c > clock) ?? NEVER_CLOCK,
  };
}

describe("analogue input", () => {
  const started = (options: { flavour?: "kalico" | "klipper"; rangeCheckCount?: number; bytes?: number } = {}): TestMcu => {
    const { flavour = "kalico", rangeCheckCount = 4, bytes = 6 } = options;
    const mcu = new TestMcu(stm32f446, { flavour });
    mcu.send("allocate_oids count=1", "config_analog_in oid=0 pin=PA1", "finalize_config crc=7",
      `query_analog_in oid=0 clock=${20 * MS} sample_ticks=${MS} sample_count=8 rest_ticks=${50 * MS}` +
      `${flavour === "klipper" ? ` bytes_per_report=${bytes}` : ""} min_value=1000 max_value=30000 range_check_count=${rangeCheckCount}`);
    return mcu;
  };

  it("reports the sum of its samples, with the clock of the next reading", () => {
    const mcu = started();
    mcu.mcu.gpio.attachAnalog("PA1", () => 0.5);
    mcu.advance(0.14);
    expect(mcu.take("analog_in_state").map(({ params }) => [params["next_clock"], params["value"]])).toEqual(
      [70, 120, 170].map((ms) => [ms * MS, 8 * Math.round(0.5 * 4095)]));
  });

  it("shuts down after range_check_count readings out of range, and goes on reporting then", () => {
    const mcu = started();
    mcu.mcu.gpio.attachAnalog("PA1", (clock) => (clock < 100 * MS ? 0.5 : 0.99));
    mcu.advance(0.225);
    expect(mcu.shutdownReason).toBeUndefined();
    mcu.advance(0.06);
    expect(mcu.shutdownReason).toBe("ADC out of range");
    mcu.take("analog_in_state");
    mcu.advance(0.2);
    expect(mcu.take("analog_in_state").length).toBeGreaterThanOrEqual(3);
  });

  it("takes a range_check_count of 0 as never in Kalico, as 1 in Klipper", () => {
    for (const [flavour, reason] of [["kalico", undefined], ["klipper", "ADC out of range"]] as const) {
      const mcu = started({ flavour, rangeCheckCount: 0 });
      mcu.mcu.gpio.attachAnalog("PA1", () => 1);
      mcu.advance(1);
      expect(mcu.shutdownReason).toBe(reason);
    }
  });

  it("packs little-endian values into one message in Klipper", () => {
    const mcu = started({ flavour: "klipper", bytes: 6 });
    let n = 0;
    mcu.mcu.gpio.attachAnalog("PA1", () => (300 + Math.floor(n++ / 8)) / 4095);
    mcu.advance(0.16);
    const [report] = mcu.take("analog_in_state");
    expect(report!.params["next_clock"]).toBe(170 * MS);
    const values = report!.params["values"] as Uint8Array;
    expect([0, 2, 4].map((i) => values[i]! | (values[i + 1]! << 8))).toEqual([2400, 2408, 2416]);
  });
});

describe("buttons", () => {
  const started = (changes: readonly number[], retransmit = 50): TestMcu => {
    const mcu = new TestMcu(stm32f446);
    mcu.mcu.gpio.attachDigital("PA2", toggling(changes));
    mcu.send("allocate_oids count=1", "config_buttons oid=0 button_count=2", "buttons_add oid=0 pos=0 pin=PA2 pull_up=1",
      "buttons_add oid=0 pos=1 pin=PA4 pull_up=0", "finalize_config crc=7",
      `buttons_query oid=0 clock=${20 * MS} rest_ticks=${2 * MS} retransmit_count=${retransmit} invert=0`);
    return mcu;
  };
  const states = (mcu: TestMcu): number[][] => mcu.take("buttons_state").map(({ params }) => [...(params["state"] as Uint8Array)]);

  it("reports a change that two consecutive polls have seen", () => {
    const mcu = started([101 * MS]);
    mcu.advanceTo(103.9 * MS);
    expect(states(mcu)).toEqual([]);
    mcu.advanceTo(104 * MS);
    expect(states(mcu)).toEqual([[1]]);
  });

  it("overlooks a level that lasts for less than two polls", () => {
    const mcu = started([100.5 * MS, 103 * MS]);
    mcu.advance(0.3);
    expect(states(mcu)).toEqual([]);
  });

  it("repeats what is not acknowledged after retransmit_count polls, and counts what is", () => {
    const mcu = started([101 * MS, 301 * MS], 10);
    mcu.advanceTo(130 * MS);
    expect(states(mcu)).toEqual([[1], [1]]);
    mcu.send("buttons_ack oid=0 count=1");
    mcu.advanceTo(310 * MS);
    const last = mcu.take("buttons_state").at(-1)!;
    expect([last.params["ack_count"], [...(last.params["state"] as Uint8Array)]]).toEqual([1, [0]]);
  });

  it("costs no events while nothing changes", () => {
    const mcu = started([]);
    mcu.advanceTo(30 * MS);
    // Only the housekeeping timer is left.
    let wakes = 0;
    for (let now = mcu.now; mcu.mcu.nextDeadline() < now + 1; wakes++) mcu.mcu.run(mcu.mcu.nextDeadline());
    expect(wakes).toBeLessThan(15);
  });

  it("sees every change that polling one by one would see", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 12 }), (gaps) => {
      const changes = gaps.map(((at) => (gap: number) => (at += gap * MS))(30 * MS)).map((c) => c + 7);
      const mcu = started(changes, 120);
      const pin = toggling(changes);
      const expected: number[] = [];
      let pressed = 0, previous = 0;
      for (let clock = 20 * MS; clock <= 200 * MS; clock += 2 * MS) {
        const level = pin.level(clock);
        if (level !== pressed && level === previous && expected.length < 8) expected.push((pressed = level));
        else if (level === previous) pressed = level;
        previous = level;
      }
      mcu.advanceTo(200 * MS + MS);
      expect(states(mcu).at(-1) ?? []).toEqual(expected);
    }), { numRuns: 60 });
  });

  it("refuses what the firmware refuses", () => {
    for (const [commands, reason] of [
      [["config_buttons oid=0 button_count=9"], "Max of 8 buttons"],
      [["config_buttons oid=0 button_count=1", "buttons_add oid=0 pos=1 pin=PA2 pull_up=1"], "Set button past maximum button count"],
      [["config_buttons oid=0 button_count=1", "buttons_query oid=0 clock=9999999 rest_ticks=1 retransmit_count=128 invert=0"], "Invalid buttons retransmit count"],
    ] as const) {
      const mcu = new TestMcu(stm32f446);
      mcu.send("allocate_oids count=1", ...commands);
      expect(mcu.shutdownReason).toBe(reason);
    }
  });
});

describe("counter", () => {
  it("counts every edge slower than its polling and reports each sample time", () => {
    const edges = Array.from({ length: 100 }, (_, i) => Math.floor((50 + 5.3 * i) * MS));
    const mcu = new TestMcu(stm32f446);
    mcu.mcu.gpio.attachDigital("PA2", toggling(edges));
    mcu.send("allocate_oids count=1", "config_counter oid=0 pin=PA2 pull_up=1", "finalize_config crc=7",
      `query_counter oid=0 clock=${20 * MS} poll_ticks=${1.5 * MS} sample_ticks=${100 * MS}`);
    mcu.advance(1);
    const reports = mcu.take("counter_state");
    expect(reports.length).toBeGreaterThanOrEqual(9);
    for (const { params } of reports) {
      const polled = (params["next_clock"] as number) - 1.5 * MS;
      expect(params["count"]).toBe(edges.filter((e) => e <= polled).length);
    }
    expect(reports.at(-1)!.params["count"]).toBe(100);
  });
});

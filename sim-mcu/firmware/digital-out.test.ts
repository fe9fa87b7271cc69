import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stm32f446 } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";
import { levelOf, type OutputState } from "./gpio.js";

const MS = stm32f446.clockFreq / 1000;
const PIN = "PA3";

interface Setup { value?: number; defaultValue?: number; maxMs?: number; cycleMs?: number }

function output({ value = 0, defaultValue = 0, maxMs = 0, cycleMs = 0 }: Setup = {}): { mcu: TestMcu; changes: OutputState[] } {
  const mcu = new TestMcu(stm32f446);
  const changes: OutputState[] = [];
  mcu.mcu.gpio.onOutput(PIN, (state) => changes.push(state));
  mcu.send("allocate_oids count=1", `config_digital_out oid=0 pin=${PIN} value=${value} default_value=${defaultValue} max_duration=${maxMs * MS}`,
    `set_digital_out_pwm_cycle oid=0 cycle_ticks=${cycleMs * MS}`, "finalize_config crc=7");
  return { mcu, changes };
}
const queue = (mcu: TestMcu, ms: number, onMs: number): unknown => mcu.send(`queue_digital_out oid=0 clock=${ms * MS} on_ticks=${onMs * MS}`);

describe("digital output", () => {
  it("changes exactly at the clock of each queued update", () => {
    const { mcu, changes } = output();
    for (const [ms, on] of [[20, 1], [30, 0], [45, 1]] as const) mcu.send(`queue_digital_out oid=0 clock=${ms * MS} on_ticks=${on}`);
    mcu.advance(0.1);
    expect(changes.slice(1).map((c) => [c.since / MS, c.onTicks])).toEqual([[20, 1], [30, 0], [45, 1]]);
  });

  it("toggles in soft PWM from the update's clock to the next one's, whatever the phase", () => {
    const { mcu, changes } = output({ cycleMs: 10 });
    queue(mcu, 20, 3);
    queue(mcu, 47, 10);
    mcu.advance(0.1);
    const [pwm, constant] = changes.slice(1);
    expect(pwm).toEqual({ since: 20 * MS, onTicks: 3 * MS, cycleTicks: 10 * MS });
    expect([20, 22.9, 23, 29.9, 30, 32.9, 33, 43].map((ms) => levelOf(pwm!, ms * MS))).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
    expect(constant).toEqual({ since: 47 * MS, onTicks: 1, cycleTicks: 0 });
  });

  it("shuts down when an output away from its default is not refreshed within max_duration", () => {
    const { mcu, changes } = output({ maxMs: 50, cycleMs: 10 });
    queue(mcu, 20, 3);
    mcu.advance(0.0685);
    expect(mcu.shutdownReason).toBeUndefined();
    mcu.advance(0.002);
    expect(mcu.shutdownReason).toBe("Missed scheduling of next digital out event");
    expect(changes.at(-1)!.onTicks).toBe(0);
  });

  it("needs no refresh in its default state, nor without max_duration", () => {
    for (const setup of [{ maxMs: 50 }, { maxMs: 50, value: 1, defaultValue: 1 }, {}]) {
      const { mcu } = output(setup);
      mcu.send(`queue_digital_out oid=0 clock=${20 * MS} on_ticks=${setup.defaultValue ?? (setup.maxMs ? 0 : 1)}`);
      mcu.advance(1);
      expect(mcu.shutdownReason).toBeUndefined();
    }
  });

  it("keeps an output on as long as each refresh comes within max_duration, and refuses one that would not", () => {
    const { mcu } = output({ maxMs: 50, cycleMs: 10 });
    for (let ms = 20; ms <= 420; ms += 50) queue(mcu, ms, 5);
    mcu.advance(0.1);
    expect(mcu.shutdownReason).toBeUndefined();
    queue(mcu, 471, 5);
    mcu.advance(0.4);
    expect(mcu.shutdownReason).toBe("Scheduled digital out event will exceed max_duration");
  });

  it("shuts down on a first update that is already past, but takes a later one behind it", () => {
    const { mcu } = output();
    mcu.advance(0.05);
    queue(mcu, 40, 1);
    expect(mcu.shutdownReason).toBe("Timer too close");
  });

  it("falls back to the default value in a shutdown and forgets what was queued", () => {
    const { mcu, changes } = output({ defaultValue: 1 });
    queue(mcu, 60, 0);
    mcu.send("emergency_stop");
    mcu.advance(0.1);
    expect(changes.map((c) => c.onTicks)).toEqual([0, 1]);
    expect(mcu.mcu.freeMoves).toBe(mcu.mcu.firmware.moveCount);
  });

  it("refuses a new PWM cycle and direct updates while updates are pending", () => {
    for (const [command, reason] of [
      ["set_digital_out_pwm_cycle oid=0 cycle_ticks=9", "Can not set soft pwm cycle ticks while updates pending"],
      ["update_digital_out oid=0 value=1", "update_digital_out not valid with active queue"],
    ] as const) {
      const { mcu } = output();
      queue(mcu, 60, 1);
      mcu.send(command);
      expect(mcu.shutdownReason).toBe(reason);
    }
  });

  it("guards a direct update by max_duration as well", () => {
    const { mcu } = output({ maxMs: 50 });
    mcu.send("update_digital_out oid=0 value=1");
    mcu.advance(0.049);
    expect(mcu.shutdownReason).toBeUndefined();
    mcu.advance(0.002);
    expect(mcu.shutdownReason).toBe("Missed scheduling of next digital out event");
  });

  it("takes one node of the move pool per pending update and gives it back when the update is loaded", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 400 }), (gaps, look) => {
      const { mcu } = output();
      const clocks = gaps.map(((ms) => (gap: number) => (ms += gap))(20));
      for (const ms of clocks) queue(mcu, ms, 1);
      mcu.advanceTo(20 * MS + look * MS);
      expect(mcu.mcu.firmware.moveCount - mcu.mcu.freeMoves).toBe(clocks.filter((ms) => ms > 20 + look).length);
    }), { numRuns: 40 });
  });
});

describe("hardware PWM", () => {
  const pwm = (maxMs: number, defaultValue = 0): { mcu: TestMcu; changes: OutputState[] } => {
    const mcu = new TestMcu(stm32f446);
    const changes: OutputState[] = [];
    mcu.mcu.gpio.onOutput("PA0", (state) => changes.push(state));
    mcu.send("allocate_oids count=1", `config_pwm_out oid=0 pin=PA0 cycle_ticks=18000 value=0 default_value=${defaultValue} max_duration=${maxMs * MS}`, "finalize_config crc=7");
    return { mcu, changes };
  };

  it("has the duty value / PWM_MAX from each update's clock on", () => {
    const { mcu, changes } = pwm(0);
    const max = mcu.parser.getConstantInt("PWM_MAX");
    mcu.send(`queue_pwm_out oid=0 clock=${20 * MS} value=${max / 4}`, `queue_pwm_out oid=0 clock=${30 * MS} value=${max}`);
    mcu.advance(0.1);
    expect(changes.slice(-2)).toEqual([{ since: 20 * MS, onTicks: 4500, cycleTicks: 18000 }, { since: 30 * MS, onTicks: 1, cycleTicks: 0 }]);
  });

  it("is guarded by max_duration away from its default", () => {
    const missed = pwm(50).mcu;
    missed.send(`queue_pwm_out oid=0 clock=${20 * MS} value=9`);
    missed.advance(0.1);
    expect(missed.shutdownReason).toBe("Missed scheduling of next hard pwm event");

    const late = pwm(50).mcu;
    late.send(`queue_pwm_out oid=0 clock=${20 * MS} value=9`, `queue_pwm_out oid=0 clock=${71 * MS} value=9`);
    late.advance(0.1);
    expect(late.shutdownReason).toBe("Scheduled pwm event will exceed max_duration");
  });
});

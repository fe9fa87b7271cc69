import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Oscillator, Shaking } from "./shaking.js";

const resonance = fc.record({ hz: fc.double({ min: 15, max: 150, noNaN: true }), damping: fc.double({ min: 0.02, max: 0.5, noNaN: true }) });

/** Amplitude of the acceleration of a damped oscillator whose drag swings with amplitude 1 at `hz`, mm/s². */
function amplitudeAt(hz: number, { hz: own, damping }: { hz: number; damping: number }): number {
  const r = hz / own;
  return (2 * Math.PI * hz) ** 2 / Math.hypot(1 - r * r, 2 * damping * r);
}

/** The equation of motion in small steps of Runge-Kutta. */
function reference({ hz, damping }: { hz: number; damping: number }, drags: readonly number[], seconds: number): number[] {
  const omega = 2 * Math.PI * hz, small = 200;
  let x = drags[0]!, v = 0;
  const force = (u: number, place: number, speed: number): number => omega * omega * (u - place) - 2 * damping * omega * speed;
  return drags.slice(1).map((drag, i) => {
    const from = drags[i]!, h = seconds / small;
    for (let step = 0; step < small; step++) {
      const u = (share: number): number => from + ((drag - from) * (step + share)) / small;
      const a1 = force(u(0), x, v), v2 = v + (h / 2) * a1, a2 = force(u(0.5), x + (h / 2) * v, v2);
      const v3 = v + (h / 2) * a2, a3 = force(u(0.5), x + (h / 2) * v2, v3), v4 = v + h * a3, a4 = force(u(1), x + h * v3, v4);
      x += (h / 6) * (v + 2 * v2 + 2 * v3 + v4);
      v += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4);
    }
    return force(drag, x, v);
  });
}

describe("a body on springs", () => {
  it("moves as its equation says", () => {
    fc.assert(fc.property(resonance, fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 2, maxLength: 12 }), fc.double({ min: 1e-4, max: 5e-3, noNaN: true }), (own, drags, seconds) => {
      const body = new Oscillator(own);
      body.restAt(drags[0]!);
      const expected = reference(own, drags, seconds);
      drags.slice(1).forEach((drag, i) => {
        const felt = body.advance(seconds, drag);
        expect(Math.abs(felt - expected[i]!)).toBeLessThan(1e-3 * (2 * Math.PI * own.hz) ** 2 * 4);
      });
    }), { numRuns: 60 });
  });

  it("answers a swinging drag with the amplitude of the transfer function", () => {
    fc.assert(fc.property(resonance, fc.double({ min: 10, max: 140, noNaN: true }), (own, hz) => {
      fc.pre(own.damping * own.hz >= 1);
      const shaking = new Shaking((time) => [Math.sin(2 * Math.PI * hz * time)], [own]);
      shaking.restart(0);
      const times = Array.from({ length: 32000 }, (_, i) => (i + 1) / 32000 * 4);
      // Long after the start, when what swings by itself has died away.
      const felt = shaking.accelerations(times, 0).slice(24000).map(([a]) => Math.abs(a!));
      expect(Math.max(...felt) / amplitudeAt(hz, own)).toBeCloseTo(1, 1);
    }), { numRuns: 25 });
  });

  it("feels nothing at constant speed, and nothing at rest", () => {
    fc.assert(fc.property(resonance, fc.double({ min: -300, max: 300, noNaN: true }), (own, speed) => {
      fc.pre(own.damping * own.hz >= 2);
      const shaking = new Shaking((time) => [speed * time, 7], [own, own]);
      shaking.restart(0);
      const times = Array.from({ length: 4000 }, (_, i) => (i + 1) / 1000);
      const [felt, rest] = shaking.accelerations(times, 0).at(-1)!;
      expect(Math.abs(felt!)).toBeLessThan(1e-3 * Math.max(1, Math.abs(speed)));
      expect(Math.abs(rest!)).toBeLessThan(1e-6);
    }));
  });

  it("swings on after a stop at its damped frequency, and dies away with its damping", () => {
    const own = { hz: 40, damping: 0.05 };
    const body = new Oscillator(own);
    body.restAt(0);
    body.advance(0, 0);
    const step = 1e-4;
    const felt = Array.from({ length: 10000 }, (_, i) => body.advance(step, i < 10 ? (i + 1) / 10 : 1)).slice(20);
    const peaks = felt.flatMap((a, i) => (a > (felt[i - 1] ?? Infinity) && a >= (felt[i + 1] ?? Infinity) ? [i] : []));
    const period = (peaks[5]! - peaks[0]!) / 5 * step;
    expect(1 / period).toBeCloseTo(40 * Math.sqrt(1 - 0.05 ** 2), 0);
    expect(felt[peaks[5]!]! / felt[peaks[0]!]!).toBeCloseTo(Math.exp((-0.05 * 5 * 2 * Math.PI) / Math.sqrt(1 - 0.05 ** 2)), 2);
  });

  it("does not ask motors about the past", () => {
    const asked: number[] = [];
    const shaking = new Shaking((time) => { asked.push(time); return [time]; }, [{ hz: 50, damping: 0.1 }]);
    shaking.restart(0);
    shaking.accelerations([0.001, 0.002, 0.003, 0.004], 0.0025);
    expect(Math.min(...asked.slice(1))).toBeGreaterThanOrEqual(0.0025);
  });

  it("refuses a resonance that cannot be", () => {
    for (const own of [{ hz: 0, damping: 0.1 }, { hz: 50, damping: 1 }, { hz: 50, damping: -0.1 }]) expect(() => new Oscillator(own)).toThrow(RangeError);
  });
});

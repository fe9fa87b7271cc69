import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BulkProgress, type BulkState } from "./bulk-progress.js";

const PER_MESSAGE = 10, SAMPLE_BYTES = 5, QUICK = 900;
const state = (given: Partial<BulkState>): BulkState => ({ clock: 0, queryTicks: 1000, nextSequence: 0, overflows: 0, buffered: 0, ...given });
const started = (): BulkProgress => {
  const progress = new BulkProgress(SAMPLE_BYTES, PER_MESSAGE, QUICK);
  progress.restart(state({}));
  return progress;
};

describe("the firmware's progress", () => {
  it("goes on where counters of 16 bits wrap, and so do the messages that are under way", () => {
    fc.assert(fc.property(fc.array(fc.record({ messages: fc.nat({ max: 65_535 }), lost: fc.nat({ max: 65_535 }), behind: fc.nat({ max: 5000 }), buffered: fc.nat({ max: 160 }) }), { maxLength: 30 }), (answers) => {
      const progress = started();
      let sequence = 0, overflows = 0;
      for (const { messages, lost, behind, buffered } of answers) {
        sequence += messages;
        overflows += lost;
        const seen = progress.observe(state({ nextSequence: sequence & 0xffff, overflows: overflows & 0xffff, buffered }));
        expect(seen?.count).toBe(sequence * PER_MESSAGE + Math.floor(buffered / SAMPLE_BYTES) + 1);
        expect(progress.overflows).toBe(overflows);
        const number = Math.max(0, sequence - behind);
        expect(progress.firstSampleOf(number & 0xffff)).toBe(number * PER_MESSAGE);
        // A message that left after the answer.
        expect(progress.firstSampleOf((sequence + 3) & 0xffff)).toBe((sequence + 3) * PER_MESSAGE);
      }
    }));
  });

  it("is true half way through the question", () => {
    expect(started().observe(state({ clock: 2 ** 40, queryTicks: 1500 }))?.clock).toBe(2 ** 40 + 750);
  });

  it("counts on through an answer that took more than twice as long as the last, but is not told by it", () => {
    const progress = started();
    progress.observe(state({ nextSequence: 65_000 }));
    expect(progress.observe(state({ nextSequence: 500, queryTicks: 2001 }))).toBeUndefined();
    expect(progress.observe(state({ nextSequence: 600, queryTicks: 2000 }))?.count).toBe((65_536 + 600) * PER_MESSAGE + 1);
  });

  it("is told again by answers that stay slow, soon", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 2 ** 24 }), (usual, slow) => {
      const progress = started();
      progress.observe(state({ queryTicks: usual }));
      let passedOver = 0;
      while (progress.observe(state({ queryTicks: slow })) === undefined) passedOver++;
      // What is let through doubles with each, and is QUICK at least.
      const doublings = Math.min(Math.ceil(Math.log2(slow / (2 * usual))), 1 + Math.ceil(Math.log2(slow / QUICK)));
      expect(passedOver).toBe(slow <= 2 * usual ? 0 : Math.max(1, doublings));
    }));
  });

  it("takes the first two answers whatever they took, since nothing is usual yet", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 2 ** 24 }), fc.integer({ min: 1, max: 2 ** 24 }), (first, second) => {
      const progress = new BulkProgress(SAMPLE_BYTES, PER_MESSAGE, QUICK);
      expect(progress.restart(state({ queryTicks: first })).count).toBe(1);
      expect(progress.observe(state({ queryTicks: second }))).toBeDefined();
    }));
  });
});

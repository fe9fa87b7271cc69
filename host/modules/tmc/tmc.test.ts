import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { currentOfScale, scaleOfCurrent } from "./current.js";
import { FIELD_TEXTS } from "./field-texts.js";
import { FieldHelper } from "./fields.js";
import { velocityTicks } from "./thresholds.js";
import { TMC2130_REGISTERS } from "./tmc2130-registers.js";
import { TMC2209_REGISTERS } from "./tmc2209-registers.js";
import { TMC2660_REGISTERS } from "./tmc2660-registers.js";
import { TMC5160_REGISTERS } from "./tmc5160-registers.js";
import { decodeAnswer, lineBits, readRequest, telegramCrc, writeRequest } from "./uart-frames.js";

const word = fc.integer({ min: 0, max: 0xffffffff });

describe("registers of motor drivers", () => {
  const tables = [TMC2130_REGISTERS, TMC2209_REGISTERS, TMC2660_REGISTERS, TMC5160_REGISTERS];

  test("a field that is set reads back, and leaves the other bits alone", () => {
    fc.assert(fc.property(fc.constantFrom(...tables), fc.nat(), fc.nat(), word, word, (table, r, f, before, value) => {
      const [register, fields] = [...table.fields][r % table.fields.size]!;
      const [name, { shift, bits }] = [...fields][f % fields.size]!;
      const helper = new FieldHelper(table, FIELD_TEXTS.tmc2130);
      const inRange = value % 2 ** bits;
      const signed = table.signed.has(name) && inRange >= 2 ** (bits - 1) ? inRange - 2 ** bits : inRange;

      const after = helper.setField(name, signed, before, register);

      expect(helper.getField(name, after, register)).toBe(signed);
      const others = ~(bits === 32 ? -1 : (2 ** bits - 1) << shift);
      expect((after & others) >>> 0).toBe((before & others) >>> 0);
    }));
  });

  test("fields of one view of a register do not overlap", () => {
    for (const table of tables) {
      for (const fields of table.fields.values()) {
        const bits = [...fields.values()].flatMap(({ shift, bits: count }) => Array.from({ length: count }, (_, i) => shift + i));
        expect(new Set(bits).size).toBe(bits.length);
      }
    }
  });

  test("a report has the value, and what of it is not zero by its meaning", () => {
    const helper = new FieldHelper(TMC2130_REGISTERS, FIELD_TEXTS.tmc2130);
    expect(helper.prettyFormat("DRV_STATUS", 0xffffffff)).toBe(
      "DRV_STATUS: ffffffff sg_result=1023 fsactive=1 cs_actual=31 stallguard=1 ot=1(OvertempError!) otpw=1(OvertempWarning!) s2ga=1(ShortToGND_A!) s2gb=1(ShortToGND_B!) ola=1(OpenLoad_A!) olb=1(OpenLoad_B!) stst=1");
    expect(helper.prettyFormat("DRV_STATUS", 0)).toBe("DRV_STATUS: 00000000 cs_actual=0(Reset?)");
    expect(helper.prettyFormat("MSCURACT", 0x00f701ff)).toBe("MSCURACT:   00f701ff cur_a=-1 cur_b=247");
    expect(helper.prettyFormat("TSTEP", 5)).toBe("TSTEP:      00000005 tstep=5");
  });
});

describe("telegrams on the single wire", () => {
  test("the CRC is that of published telegrams", () => {
    // Reads of GCONF, IFCNT and IOIN from address 0 with the sync byte 0x05.
    expect([[5, 0, 0], [5, 0, 2], [5, 0, 6]].map(telegramCrc)).toEqual([0x48, 0x8f, 0x6f]);
  });

  test("requests carry the bytes that Kalico sends", () => {
    expect(Buffer.from(readRequest(0, 2)).toString("hex")).toBe("ea034820e4");
    expect(Buffer.from(writeRequest(0, 0x11, 20)).toString("hex")).toBe("ea0328328000028822f3");
  });

  test("an answer gives its word, and nothing when any bit of it is wrong", () => {
    fc.assert(fc.property(word, fc.integer({ min: 0, max: 127 }), fc.nat({ max: 79 }), (value, register, flipped) => {
      const bytes = [0x05, 0xff, register, value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
      const packed = lineBits([...bytes, telegramCrc(bytes)]);
      expect(decodeAnswer(register, packed)).toBe(value);
      packed[flipped >> 3]! ^= 1 << (flipped & 7);
      expect(decodeAnswer(register, packed)).toBeUndefined();
    }));
  });
});

describe("currents", () => {
  const amps = fc.double({ min: 0.05, max: 2, noNaN: true });
  const ohms = fc.double({ min: 0.05, max: 0.3, noNaN: true });

  test("more current never asks for a smaller scale", () => {
    fc.assert(fc.property(amps, amps, ohms, (a, b, r) => {
      expect(scaleOfCurrent(Math.min(a, b), r, 0.18)).toBeLessThanOrEqual(scaleOfCurrent(Math.max(a, b), r, 0.18));
    }));
  });

  test("a scale's current asks for that scale again", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 31 }), ohms, (scale, r) => {
      expect(scaleOfCurrent(currentOfScale(scale, r, 0.32), r, 0.32)).toBe(scale);
    }));
  });

  test("a faster motor takes fewer ticks from step to step", () => {
    fc.assert(fc.property(fc.double({ min: 0.1, max: 500, noNaN: true }), fc.double({ min: 0.1, max: 500, noNaN: true }), (a, b) => {
      const ticks = (velocity: number): number => velocityTicks(12e6, 0.0125, 4, velocity);
      expect(ticks(Math.max(a, b))).toBeLessThanOrEqual(ticks(Math.min(a, b)));
    }));
  });
});

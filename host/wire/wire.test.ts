import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc16, DataDictionaryBuilder, decodeVlq, Deframer, encodeBlock, encodeVlq, encodeVlqC, MessageFormat, MessageParser, ProtocolError, signedMessageId, vlqEnd, vlqLengthC } from "./index.js";

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ""), "hex"));
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex");
const vlq = (value: number, encode = encodeVlq): string => {
  const out = new Uint8Array(8);
  return hex(out.subarray(0, encode(out, 0, value)));
};

describe("crc16", () => {
  it("has the check value of CRC-16/MCRF4XX", () => {
    expect(crc16(Buffer.from("123456789"))).toBe(0x6f91);
  });
  it("agrees with the bitwise definition", () => {
    const bitwise = (data: Uint8Array): number => data.reduce((crc, byte) => {
      crc ^= byte;
      for (let i = 0; i < 8; i++) crc = (crc >> 1) ^ ((crc & 1) === 0 ? 0 : 0x8408);
      return crc;
    }, 0xffff);
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (data) => crc16(data) === bitwise(data)));
  });
});

describe("message block", () => {
  it.each([
    [0, "", "05109e817e"], [1, "", "05118f087e"], [2, "", "0512bd937e"], [3, "", "0513ac1a7e"],
    [4, "", "0514d8a57e"], [5, "", "0515c92c7e"], [6, "", "0516fbb77e"], [7, "", "0517ea3e7e"],
    [8, "", "051812c97e"], [9, "", "051903407e"], [10, "", "051a31db7e"], [11, "", "051b20527e"],
    [12, "", "051c54ed7e"], [13, "", "051d45647e"], [14, "", "051e77ff7e"], [15, "", "051f66767e"],
    [1, "010028", "081101002842247e"], [0, "012828", "08100128 28b36c7e"], [2, "01807828", "091201807828 0cd27e"],
    [1, "00000278da", "0a1100000278da2e287e"], [3, "00ce1000", "091300ce10000b9f7e"], [3, "00000478daa55a", "0c1300000478daa55a9dff7e"],
  ])("sequence %i with payload '%s' is %s", (sequence, payload, block) => {
    expect(hex(encodeBlock(sequence, bytes(payload)))).toBe(block.replace(/\s/g, ""));
  });

  it("refuses a payload that no block can hold", () => {
    expect(() => encodeBlock(0, new Uint8Array(60))).toThrow("exceeds the limit of 59");
  });
});

const deframe = (chunks: readonly Uint8Array[]): { blocks: string[]; invalid: number } => {
  const blocks: string[] = [];
  const deframer = new Deframer((sequence, buf, start, end) => blocks.push(`${sequence}:${hex(buf.subarray(start, end))}`));
  for (const chunk of chunks) deframer.push(chunk);
  return { blocks, invalid: deframer.bytesInvalid };
};
const cutAt = (data: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const at = [0, ...[...cuts].map((c) => c % (data.length + 1)).sort((a, b) => a - b), data.length];
  return at.slice(1).map((end, i) => data.subarray(at[i]!, end));
};
const blockArbitrary = fc.tuple(fc.nat(15), fc.uint8Array({ maxLength: 59 })).map(([sequence, payload]) => encodeBlock(sequence, payload));

describe("deframer", () => {
  it("finds every block of a stream, however it is cut", () => {
    fc.assert(fc.property(fc.array(blockArbitrary, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 30 }), (blocks, cuts) => {
      const stream = Buffer.concat(blocks);
      expect(deframe(cutAt(stream, cuts))).toEqual({ blocks: blocks.map((b) => `${b[1]! & 15}:${hex(b.subarray(2, -3))}`), invalid: 0 });
    }));
  });
  it("yields the same blocks of any byte stream, cut anywhere, and never throws", () => {
    const noise = fc.array(fc.oneof(blockArbitrary, fc.uint8Array({ maxLength: 100 }), fc.constant(bytes("7e7e")), fc.constant(bytes("40"))), { maxLength: 12 });
    fc.assert(fc.property(noise, fc.array(fc.nat(), { maxLength: 40 }), (parts, cuts) => {
      const stream = Buffer.concat(parts);
      expect(deframe(cutAt(stream, cuts))).toEqual(deframe([stream]));
    }));
  });
  it("delivers a block once, also when its handler throws", () => {
    const seen: number[] = [];
    const deframer = new Deframer((sequence) => {
      seen.push(sequence);
      if (sequence === 1) throw new Error("handler");
    });
    expect(() => deframer.push(Buffer.concat([encodeBlock(1, bytes("00")), encodeBlock(2, bytes("00"))]))).toThrow("handler");
    deframer.push(encodeBlock(3, bytes("00")));
    expect(seen).toEqual([1, 2, 3]);
  });
  it("finds the block after garbage that ends with a sync byte, and skips extra sync bytes unseen", () => {
    const block = encodeBlock(3, bytes("010028"));
    expect(deframe([Buffer.concat([bytes("1b0100010e11047e"), bytes("7e7e"), block])])).toEqual({ blocks: ["3:010028"], invalid: 8 });
  });
});

describe("integers", () => {
  it.each([
    [0, "00"], [1, "01"], [95, "5f"], [96, "8060"], [-1, "7f"], [-32, "60"], [-33, "ff5f"], [127, "807f"], [128, "8100"], [500, "8374"],
    [12287, "df7f"], [12288, "80e000"], [-4096, "e000"], [-4097, "ffdf7f"], [-26941, "fead43"], [1572863, "dfff7f"], [1572864, "80e08000"],
    [-524288, "e08000"], [-524289, "ffdfff7f"], [16000000, "87d0c800"], [201326591, "dfffff7f"], [201326592, "80e0808000"], [-67108864, "e0808000"], [2147483647, "87ffffff7f"],
  ])("%i is %s in both forms", (value, expected) => {
    expect(vlq(value)).toBe(expected);
    expect(vlq(value, encodeVlqC)).toBe(expected);
  });
  it.each([
    [-67108865, "ffdfffff7f", "8fdfffff7f"], [-2147483648, "f880808000", "8880808000"], [4294967295, "8fffffff7f", "7f"],
  ])("%i differs between the host's form %s and the C form %s", (value, host, c) => {
    expect(vlq(value)).toBe(host);
    expect(vlq(value, encodeVlqC)).toBe(c);
  });
  it("decode(encode(x)) = x, modulo 2^32, in both forms", () => {
    fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 }), (value) => {
      const out = new Uint8Array(8);
      for (const encode of [encodeVlq, encodeVlqC]) {
        const end = encode(out, 0, value);
        expect(decodeVlq(out, 0) >>> 0).toBe(value >>> 0);
        expect(vlqEnd.pos).toBe(end);
      }
      expect(vlqLengthC(value)).toBe(encodeVlqC(out, 0, value));
    }), { numRuns: 2000 });
  });
});

describe("message format", () => {
  it("decode(encode(x)) = x for every type of argument", () => {
    const format = new MessageFormat(-5, "m a=%u b=%i c=%hu d=%hi e=%c f=%*s g=%.*s");
    fc.assert(fc.property(
      fc.nat(0xffffffff), fc.integer({ min: -(2 ** 26), max: 2 ** 31 - 1 }), fc.nat(0xffff), fc.integer({ min: -32768, max: 32767 }), fc.nat(255), fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }),
      (a, b, c, d, e, f, g) => {
        const encoded = format.encode([a, b, c, d, e, f, g]);
        expect(format.decode(encoded, 0, encoded.length)).toEqual({ "#name": "m", a, b, c, d, e, f, g });
      }));
  });
  it("reads an unsigned 0xffffffff sent in one byte, and leaves a signed value as it stands", () => {
    expect(new MessageFormat(5, "r crc=%u").decode(bytes("057f"), 0, 2)["crc"]).toBe(0xffffffff);
    expect(new MessageFormat(5, "r pos=%i").decode(bytes("058fdfffff7f"), 0, 6)["pos"]).toBe(2 ** 32 - 67108865);
  });
  it("takes names for enumerated parameters, and shows unknown numbers as ?n", () => {
    const format = new MessageFormat(5, "config_x oid=%c step_pin=%c", new Map([["pin", new Map([["PA0", 0], ["PA1", 1]])]]));
    expect(hex(format.encode([3, "PA1"]))).toBe("050301");
    expect(format.decode(bytes("050301"), 0, 3)["step_pin"]).toBe("PA1");
    expect(format.decode(bytes("05030a"), 0, 3)["step_pin"]).toBe("?10");
    expect(() => format.encode([3, "PZ9"])).toThrow("Unknown value 'PZ9' in enumeration 'pin'");
  });
  it("refuses an argument that is no integer", () => {
    const format = new MessageFormat(5, "m a=%u");
    for (const value of [1.5, Number.NaN, Infinity]) expect(() => format.encode([value])).toThrow("Unable to encode: m");
    expect(() => format.encode([])).toThrow("Unable to encode: m");
  });
  it("never reads past the end of its message", () => {
    const format = new MessageFormat(5, "m a=%u b=%*s");
    fc.assert(fc.property(fc.uint8Array({ maxLength: 12 }), (data) => {
      try {
        format.decode(data, 0, data.length);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
      }
    }));
  });
});

describe("data dictionary", () => {
  it("reads ids as signed numbers from the 97th on", () => {
    expect([95, 96, 127, 128, 12287, 12288].map(signedMessageId)).toEqual([95, -32, -1, 128, 12287, -4096]);
    // The last 32 two-byte ids read as −32 … −1, which one byte already means: firmware never gets there.
    for (let id = 0; id < 16352; id++) {
      const expected = id < 0x80 ? hex(Uint8Array.of(id)) : hex(Uint8Array.of((id >> 7) | 0x80, id & 0x7f));
      expect(vlq(signedMessageId(id))).toBe(expected);
    }
  });
  it("gives back what was put in, with ranges of pins spelled out", () => {
    const builder = new DataDictionaryBuilder();
    for (let i = 0; i < 120; i++) builder.addCommand(`cmd_${i} oid=%c`);
    builder.addResponse("clock clock=%u");
    builder.addOutput("debug %u of %s");
    builder.addEnumeration("pin", { PA0: [0, 8], PB4: [12, 2] });
    builder.addConstant("CLOCK_FREQ", 16000000);
    const parser = new MessageParser();
    parser.processIdentify(builder.build());
    expect(parser.getEnumerations()["pin"]).toMatchObject({ PA0: 0, PA7: 7, PB4: 12, PB5: 13 });
    expect(parser.getConstantFloat("CLOCK_FREQ")).toBe(16e6);
    expect(parser.lookupMsgid("cmd_94 oid=%c")).toBe(-32);
    for (const { format } of parser.messages.filter((m) => m.format.startsWith("cmd_"))) {
      const command = parser.lookupCommand(format);
      expect(parser.parse(command.encode([7]))).toEqual({ "#name": command.name, oid: 7 });
    }
  });
  it("names what is wrong with a lookup as Kalico does", () => {
    const parser = new MessageParser("mcu 'mcu': ");
    expect(() => parser.lookupCommand("no_such oid=%c")).toThrow("mcu 'mcu': Unknown command: no_such");
    expect(() => parser.lookupCommand("identify offset=%u")).toThrow("Command format mismatch: identify offset=%u vs identify offset=%u count=%c");
    expect(() => parser.getConstant("X")).toThrow("Firmware constant 'X' not found");
    expect(() => parser.createCommand("identify offset=0 colour=1")).toThrow("Unable to extract params from: identify");
    expect(() => parser.createCommand("identify offset=0")).toThrow("Unable to encode: identify");
    expect(hex(parser.createCommand("identify offset=0x28 count=40"))).toBe("012828");
    expect(() => parser.processIdentify(bytes("00"))).toThrow("Error during identify: ");
  });
});

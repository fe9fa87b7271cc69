import { describe, expect, it } from "vitest";
import { encodeBlock } from "../../host/wire/index.js";
import { atmega2560, linux } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";

const hex = (text: string): number[] => text.split(" ").map((b) => parseInt(b, 16));
const show = (block: Uint8Array): string => [...block].map((b) => b.toString(16).padStart(2, "0")).join(" ");
const IDENTIFY_SEQ_1 = hex("08 11 01 00 28 42 24 7e");
const IDENTIFY_SEQ_0 = hex("08 10 01 28 28 b3 6c 7e");

function sent(mcu: TestMcu, bytes: readonly number[]): string[] {
  mcu.blocks = [];
  mcu.raw(bytes);
  return mcu.blocks.map(show);
}

describe("receive machine", () => {
  it("follows the recorded transcript of real firmware", () => {
    const mcu = new TestMcu(linux);
    // A host starts with sequence 1: nak with the sequence expected.
    expect(sent(mcu, IDENTIFY_SEQ_1)).toEqual(["05 10 9e 81 7e"]);
    // In sequence: the response carries the next sequence and comes before the ack.
    const answer = sent(mcu, IDENTIFY_SEQ_0);
    expect(answer).toHaveLength(2);
    expect(answer[0]!.slice(3, 8)).toBe("11 00");
    expect(answer[1]).toBe("05 11 8f 08 7e");
    // The same again is a duplicate: nak, not executed.
    expect(sent(mcu, IDENTIFY_SEQ_0)).toEqual(["05 11 8f 08 7e"]);

    const good = [...encodeBlock(1, mcu.parser.createCommand("get_clock"))];
    expect(sent(mcu, good)).toHaveLength(2);
    const corrupted = [...encodeBlock(2, mcu.parser.createCommand("get_clock"))];
    corrupted[2]! ^= 0x40;
    expect(sent(mcu, corrupted)).toEqual(["05 12 bd 93 7e"]);
    expect(sent(mcu, corrupted)).toEqual([]);
  });

  it("answers a burst of garbage once, swallows the block in its wake and takes it when repeated", () => {
    const mcu = new TestMcu(linux);
    const block = [...encodeBlock(0, new Uint8Array(0))];

    expect(sent(mcu, [1, 2, 3, 4, 5, 6, 7])).toEqual(["05 10 9e 81 7e"]);
    expect(sent(mcu, [8, 9, 10])).toEqual([]);
    expect(sent(mcu, block)).toEqual([]);
    expect(sent(mcu, block)).toEqual(["05 11 8f 08 7e"]);
  });

  it("takes a block after its leading sync bytes without a nak", () => {
    const mcu = new TestMcu(linux);
    expect(sent(mcu, [0x7e, 0x7e, 0x7e, ...encodeBlock(0, new Uint8Array(0))])).toEqual(["05 11 8f 08 7e"]);
  });

  it("answers the boot loader's leave sequence with one nak", () => {
    const mcu = new TestMcu(atmega2560);
    expect(sent(mcu, hex("1b 01 00 01 0e 11 04"))).toEqual(["05 10 9e 81 7e"]);
  });

  it("takes blocks cut anywhere", () => {
    const mcu = new TestMcu(linux);
    const stream = [...encodeBlock(0, mcu.parser.createCommand("debug_nop")), ...encodeBlock(1, mcu.parser.createCommand("get_config"))];
    for (const byte of stream) mcu.raw([byte]);
    expect(mcu.blocks.map((b) => b[1])).toEqual([0x11, 0x12, 0x12]);
  });

  it("sends no ack for a block that shut it down on linux and USB, and one nak on a UART", () => {
    for (const [board, after] of [[linux, 0], [atmega2560, 1]] as const) {
      const mcu = new TestMcu(board);
      mcu.send("emergency_stop", "get_clock");
      expect(mcu.answers.map((a) => a.name)).toEqual(["shutdown", ...Array(after).fill("")]);
      expect(mcu.answers.every((a) => a.sequence === 0x11)).toBe(true);
    }
  });

  it("answers each refused command during shutdown by is_shutdown and acks the block", () => {
    const mcu = new TestMcu(linux);
    mcu.send("emergency_stop");
    mcu.answers = [];
    mcu.send("allocate_oids count=3", "get_clock", "allocate_oids count=4");
    expect(mcu.answers.map((a) => a.name)).toEqual(["is_shutdown", "clock", "is_shutdown", ""]);
    expect(mcu.answers[0]!.params["static_string_id"]).toBe("Command request");
  });

  it("shuts down on an id that is no command and on parameters that run over", () => {
    const unknown = new TestMcu(linux);
    unknown.raw(encodeBlock(0, Uint8Array.of(0)));
    expect(unknown.shutdownReason).toBe("Invalid command");

    const short = new TestMcu(linux);
    const ping = short.parser.createCommand("debug_ping data=41424344");
    short.raw(encodeBlock(0, ping.subarray(0, ping.length - 1)));
    expect(short.shutdownReason).toBe("Command parser error");
  });
});

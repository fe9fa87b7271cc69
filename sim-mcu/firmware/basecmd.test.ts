import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sharedNote, sharedPath } from "../../host/testing/shared-data.js";
import { boards, linux, stm32f446 } from "../boards/index.js";
import { TestMcu } from "../testing/test-mcu.js";

const PINS = { pins: ["gpio0", "gpio1"], endstopPin: "gpio4" };

/** The dictionary that real firmware served in a recorded conversation. */
function recordedDictionary(path: string): { commands: Record<string, number>; responses: Record<string, number> } {
  let bytes: number[] = [];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const [, side, text] = line.split(/\s+/);
    if (side !== "M") continue;
    bytes.push(...(text ?? "").match(/../g)!.map((b) => parseInt(b, 16)));
  }
  const parts: number[] = [];
  while (bytes.length > 0) {
    const size = bytes[0]!;
    const payload = bytes.slice(2, size - 3);
    bytes = bytes.slice(size);
    if (payload.length < 3 || payload[0] !== 0) continue;
    // identify_response: id 0, offset (1 or 2 bytes), length, data
    const at = payload[1]! & 0x80 ? 3 : 2;
    const length = payload[at]!;
    if (length === 0) break;
    parts.push(...payload.slice(at + 1, at + 1 + length));
  }
  return JSON.parse(inflateSync(Uint8Array.from(parts)).toString()) as { commands: Record<string, number>; responses: Record<string, number> };
}

/** The recorded build was made without these sensors; formats as in the dictionary of Kalico's firmware built with them. */
const OTHER_BUILD = [
  "config_ds18b20 oid=%c serial=%*s max_error_count=%c ignore_limits=%c",
  "query_ds18b20 oid=%c clock=%u rest_ticks=%u min_value=%i max_value=%i",
  "ds18b20_result oid=%c next_clock=%u value=%i fault=%u",
];

describe("base commands", () => {
  it("serve the dictionary in pieces that end with an empty one", () => {
    const mcu = new TestMcu(linux);
    const pieces: Uint8Array[] = [];
    for (let offset = 0; ; offset += 40) {
      const answer = mcu.send(`identify offset=${offset} count=40`)[0]!.params;
      expect(answer["offset"]).toBe(offset);
      if ((answer["data"] as Uint8Array).length === 0) break;
      pieces.push(answer["data"] as Uint8Array);
    }
    expect(Buffer.concat(pieces).equals(Buffer.from(mcu.mcu.firmware.table.dictionary))).toBe(true);
  });

  const recording = sharedPath("golden/wire/kalico-connect-home-move-restart-estop.txt");
  it.skipIf(recording === undefined)(`use the formats of real firmware, to the letter${sharedNote(recording)}`, () => {
    const real = recordedDictionary(recording!);
    const mcu = new TestMcu(linux);
    for (const { kind, format } of mcu.parser.messages) {
      if (format === linux.restartCommand) continue; // That build restarted by another command.
      if (OTHER_BUILD.includes(format)) continue;
      if (kind === "command") expect(Object.keys(real.commands)).toContain(format);
      else expect(Object.keys(real.responses)).toContain(format);
    }
  });

  it.each(Object.values(boards))("describe $name: frequency, converters, pins, shutdown reasons", (board) => {
    const { parser } = new TestMcu(board);
    expect(parser.getConstants()).toMatchObject({ CLOCK_FREQ: board.clockFreq, ADC_MAX: board.adcMax, MCU: board.mcu, STATS_SUMSQ_BASE: 256, STEPPER_STEP_BOTH_EDGE: 1 });
    expect(Object.keys(parser.getEnumerations())).toEqual(expect.arrayContaining(["pin", "static_string_id"]));
  });

  it("configure once: oids, move pool, crc", () => {
    const mcu = new TestMcu(linux);
    expect(mcu.send("get_config")[0]!.params).toMatchObject({ is_config: 0, crc: 0, is_shutdown: 0, move_count: 0 });
    mcu.configure(1, PINS);
    expect(mcu.send("get_config")[0]!.params).toMatchObject({ is_config: 1, crc: 1234, is_shutdown: 0, move_count: mcu.mcu.freeMoves });
  });

  it.each([
    ["oids already allocated", ["allocate_oids count=1", "allocate_oids count=1"]],
    ["Can't assign oid", ["allocate_oids count=1", "config_trsync oid=1"]],
    ["Can't assign oid", ["allocate_oids count=1", "config_trsync oid=0", "config_trsync oid=0"]],
    ["Can't assign oid", ["allocate_oids count=2", "config_trsync oid=0", "finalize_config crc=1", "config_trsync oid=1"]],
    ["Already finalized", ["finalize_config crc=1", "finalize_config crc=1"]],
    ["Invalid oid type", ["allocate_oids count=1", "queue_step oid=0 interval=1 count=1 add=0"]],
    ["alloc_chunk failed", ["allocate_oids count=255", ...Array.from({ length: 255 }, (_, i) => `config_stepper oid=${i} step_pin=gpio0 dir_pin=gpio1 invert_step=0 step_pulse_ticks=0`), "allocate_oids count=255"]],
    ["Command request", ["emergency_stop"]],
    ["Shutdown cleared when not shutdown", ["clear_shutdown"]],
    ["config_reset only available when shutdown", ["config_reset"]],
  ])("shut down with \"%s\"", (reason, commands) => {
    const mcu = new TestMcu({ ...linux, heapBytes: reason === "alloc_chunk failed" ? 4000 : linux.heapBytes });
    for (const command of commands) mcu.send(command);
    expect(mcu.answers.find((a) => a.name === "shutdown")!.params["static_string_id"]).toBe(reason);
  });

  it("keep the first reason of a shutdown and tell it again with a new clock", () => {
    const mcu = new TestMcu(linux);
    mcu.send("finalize_config crc=1", "finalize_config crc=1");
    const first = mcu.take("shutdown")[0]!.params;
    mcu.advance(0.1);
    mcu.send("emergency_stop");
    const second = mcu.take("shutdown")[0]!.params;
    expect(second["static_string_id"]).toBe(first["static_string_id"]);
    expect(second["clock"]).toBeGreaterThan(Number(first["clock"]));
    mcu.send("clear_shutdown");
    expect(mcu.send("get_config")[0]!.params["is_shutdown"]).toBe(0);
  });

  it("report statistics about every 5 s with a count, in shutdown too", () => {
    const mcu = new TestMcu(linux);
    mcu.advance(12);
    mcu.send("emergency_stop");
    mcu.advance(10);
    const stats = mcu.take("stats");
    expect(stats.length).toBe(4);
    for (const s of stats) expect(s.params["count"]).toBeGreaterThan(0);
  });

  it("start over after a reset: unconfigured, sequence and clock at zero, with `starting`", () => {
    const mcu = new TestMcu(stm32f446);
    mcu.configure(1, { pins: ["PA0", "PA1"], endstopPin: "PA2" });
    mcu.advance(1);
    mcu.answers = [];
    mcu.send("reset");
    expect(mcu.answers).toEqual([]);
    mcu.advance(0.1);
    expect(mcu.take("starting")).toHaveLength(1);
    mcu.resync();
    expect(mcu.send("get_config")[0]!.params).toMatchObject({ is_config: 0, crc: 0 });
    expect(mcu.send("get_clock")[0]!.params["clock"]).toBeLessThan(0.1 * stm32f446.clockFreq);
  });

  it("drop responses that the transmit buffer has no room for", () => {
    const mcu = new TestMcu({ ...linux, transmitBuffer: 96, serialBaud: 250_000 });
    for (let i = 0; i < 10; i++) mcu.send("identify offset=0 count=40");
    expect(mcu.mcu.responsesDropped).toBeGreaterThan(0);
    mcu.advance(1);
    expect(mcu.send("identify offset=0 count=40")).toHaveLength(1);
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sharedNote, sharedPath } from "../host/testing/shared-data.js";
import { Deframer, MessageParser, type MessageParams } from "../host/wire/index.js";
import { linux, type BoardProfile } from "./boards/index.js";
import { TestMcu } from "./testing/test-mcu.js";

const recording = sharedPath("golden/wire/kalico-connect-home-move-restart-estop.txt");

interface Message {
  seconds: number;
  params: MessageParams;
}

/** What real Kalico and real firmware said to each other, decoded with the dictionary that the firmware served. */
function decode(path: string): { commands: Message[]; responses: Message[]; formats: Map<string, string> } {
  const parser = new MessageParser();
  const commands: Message[] = [];
  const responses: Message[] = [];
  const dictionary: number[] = [];
  let identified = false;
  let seconds = 0;
  const host = new Deframer((_seq, buf, start, end) => {
    if (identified) for (const params of parser.parseAll(buf, start, end)) commands.push({ seconds, params });
  });
  const mcu = new Deframer((_seq, buf, start, end) => {
    if (start === end) return;
    if (identified) {
      responses.push({ seconds, params: parser.parse(buf, start, end) });
      return;
    }
    const lengthAt = start + (buf[start + 1]! & 0x80 ? 3 : 2);
    const length = buf[lengthAt]!;
    dictionary.push(...buf.subarray(lengthAt + 1, lengthAt + 1 + length));
    if (length > 0) return;
    parser.processIdentify(Uint8Array.from(dictionary));
    identified = true;
  });
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const match = /^([\d.]+)\s+([HM])\s+([0-9a-f]+)/.exec(line);
    if (match === null) continue;
    seconds = Number(match[1]);
    (match[2] === "H" ? host : mcu).push(Uint8Array.from(Buffer.from(match[3]!, "hex")));
  }
  return { commands, responses, formats: new Map(parser.messages.map((m) => [m.format.split(" ", 1)[0]!, m.format])) };
}

/** What is left of a response when the jitter of a real process is taken out of it. */
function essence({ params }: Message): string {
  const { "#name": name, ...rest } = params;
  if (name === "config") delete rest["move_count"];
  if (name === "shutdown" || name === "trsync_state") rest["clock"] = rest["clock"] === 0 ? 0 : "now";
  return `${String(name)} ${JSON.stringify(rest, Object.keys(rest).sort())}`;
}

describe("a recorded conversation with real Kalico", () => {
  it.skipIf(recording === undefined)(`gets the answers that real firmware gave${sharedNote(recording)}`, () => {
    const { commands, responses, formats } = decode(recording!);
    const uptime = responses.find((r) => r.params["#name"] === "uptime")!;
    const board: BoardProfile = { ...linux, clockFreq: 20_000_000, pins: { pin0: [0, 64] } };
    const mcu = new TestMcu(board, { initialClock: Math.round(Number(uptime.params["clock"]) - uptime.seconds * board.clockFreq) });
    // The bench of the recording: no switch line is high, and the converter always reads 900.
    mcu.mcu.gpio.attachAnalog("pin17", () => 900 / 4095);

    for (const { seconds, params } of commands) {
      mcu.advance(Math.max(0, seconds - mcu.now));
      const { "#name": name, ...rest } = params;
      if (name === "identify") continue;
      const format = mcu.parser.lookupCommand(formats.get(String(name))!);
      mcu.sendPayload(format.encode(Object.values(rest)));
    }
    mcu.advance(0.01);

    const last = commands.at(-1)!.seconds + 0.005;
    let count = 0;
    const compared = ["config", "stepper_position", "endstop_state", "trsync_state", "analog_in_state", "shutdown", "is_shutdown"];
    for (const name of compared) {
      const real = responses.filter((r) => r.params["#name"] === name && r.seconds < last).map(essence);
      const ours = mcu.answers.filter((a) => a.name === name && a.now < last).map((a) => essence({ seconds: a.now, params: a.params }));
      expect(ours, name).toEqual(real);
      count += ours.length;
    }
    expect(count).toBeGreaterThan(100);
    expect(mcu.answers.filter((a) => a.name === "clock").length).toBe(responses.filter((r) => r.params["#name"] === "clock").length);
  });
});

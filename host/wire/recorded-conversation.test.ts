import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sharedNote, sharedPath } from "../testing/shared-data.js";
import { Deframer, MessageParser, type MessageParams } from "./index.js";

const path = sharedPath("golden/wire/kalico-connect-home-move-restart-estop.txt");

/** Bytes of each direction, in the order and chunks as recorded. */
function chunks(direction: "H" | "M"): Uint8Array[] {
  return readFileSync(path!, "utf8").split("\n").map((line) => line.split(" ")).filter((words) => words[1] === direction).map((words) => Uint8Array.from(Buffer.from(words[2]!, "hex")));
}

function payloads(direction: "H" | "M"): { payloads: Uint8Array[]; invalid: number } {
  const out: Uint8Array[] = [];
  const deframer = new Deframer((_sequence, buf, start, end) => out.push(buf.slice(start, end)));
  for (const chunk of chunks(direction)) deframer.push(chunk);
  return { payloads: out, invalid: deframer.bytesInvalid };
}

describe.skipIf(path === undefined)(`recorded conversation of Kalico with real firmware${sharedNote(path)}`, () => {
  /** The dictionary as the recorded firmware served it, and every decoded answer. */
  function decode(): { parser: MessageParser; answers: MessageParams[]; commands: MessageParams[]; junk: number } {
    const parser = new MessageParser();
    const fromMcu = payloads("M");
    const parts: Uint8Array[] = [];
    let offset = 0;
    for (const payload of fromMcu.payloads) {
      if (payload.length === 0 || payload[0] !== 0) continue;
      const answer = parser.parse(payload);
      const data = answer["data"] as Uint8Array;
      if (answer["offset"] !== offset) continue;
      if (data.length === 0) break;
      parts.push(data);
      offset += data.length;
    }
    parser.processIdentify(Buffer.concat(parts));
    const fromHost = payloads("H");
    return {
      parser,
      answers: fromMcu.payloads.filter((p) => p.length > 0).map((p) => parser.parse(p)),
      commands: fromHost.payloads.flatMap((p) => parser.parseAll(p)),
      junk: fromHost.invalid,
    };
  }

  it("decodes frame by frame, in both directions, with the dictionary it carries itself", () => {
    const { parser, answers, commands, junk } = decode();
    expect(parser.getAppInfo()).toBe("Kalico");
    expect(parser.getConstantFloat("CLOCK_FREQ")).toBe(20e6);
    expect(answers.filter((a) => a["#name"] === "#unknown")).toEqual([]);
    expect(commands.filter((c) => c["#name"] === "#unknown")).toEqual([]);
    // The only bytes of the host that are no block are its reset sequences (7 bytes each) and what follows up to a sync byte.
    expect(junk).toBeLessThan(200);
    const names = new Set([...answers, ...commands].map((m) => m["#name"]));
    for (const name of ["identify", "identify_response", "get_clock", "clock", "allocate_oids", "config_stepper", "finalize_config", "queue_step", "set_next_step_dir", "trsync_start", "trsync_state", "endstop_home", "endstop_state", "stepper_position", "emergency_stop", "shutdown"]) {
      expect(names, name).toContain(name);
    }
    expect(answers.find((a) => a["#name"] === "shutdown")!["static_string_id"]).toBe("Command request");
  });

  it("encodes every recorded command back to the same bytes", () => {
    const { parser } = decode();
    let checked = 0;
    for (const payload of payloads("H").payloads) {
      for (const params of parser.parseAll(payload)) {
        const message = parser.messageByName(params["#name"] as string)!;
        const encoded = message.encodeNamed(params as Record<string, number | Uint8Array | string>);
        expect(Buffer.from(payload).includes(Buffer.from(encoded)), `${message.name} ${Buffer.from(encoded).toString("hex")} in ${Buffer.from(payload).toString("hex")}`).toBe(true);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(300);
  });
});

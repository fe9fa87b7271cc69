/**
 * The command table and the dictionary of a firmware built from features. Parameters are read as the C firmware reads
 * them, modulo 2^32 and independently of the host's encoder, so that a mistake on one end does not cancel out.
 */
import { DataDictionaryBuilder, encodeVlqC, IDENTIFY_FORMAT, IDENTIFY_RESPONSE_FORMAT, MESSAGE_PAYLOAD_MAX, parseParams } from "../../host/wire/index.js";
import type { BoardProfile } from "../boards/board.js";
import type { McuTrace } from "../trace/mcu-trace.js";
import type { CommandArgs} from "./feature.js";
import { type FirmwareCommand, type FirmwareFeature } from "./feature.js";

/** A command as the dispatcher needs it. */
export interface TableEntry {
  readonly command: FirmwareCommand;
  readonly name: string;
  /** For each parameter, whether it is a buffer. */
  readonly buffers: readonly boolean[];
  /** Index of the parameter `oid`, −1 when there is none. */
  readonly oidParam: number;
  /** Index of the parameter that holds the effect clock, −1 when there is none. */
  readonly effectParam: number;
  readonly traceKind: number;
}

interface ResponseEntry {
  readonly idBytes: Uint8Array;
  readonly buffers: readonly boolean[];
}

/** First number of the enumeration `static_string_id`; the ones below are reserved. */
const FIRST_STATIC_STRING = 2;

/** The position behind a parameter that was read past the end of its block. */
export const PARSE_ERROR = -1;

export class CommandTable {
  /** By encoded id; holes at 0. */
  readonly entries: (TableEntry | undefined)[] = [];
  /** zlib packed dictionary, as `identify` serves it. */
  readonly dictionary: Uint8Array;
  private readonly responses = new Map<string, ResponseEntry>();
  private readonly staticStrings = new Map<string, number>();
  private readonly scratch = new Uint8Array(64);

  constructor(features: readonly FirmwareFeature[], board: BoardProfile, flavour: "kalico" | "klipper", trace: McuTrace) {
    const builder = new DataDictionaryBuilder();
    builder.app = flavour === "kalico" ? "Kalico" : "Klipper";
    builder.version = `sim-${board.name}`;
    builder.buildVersions = "simulated";
    const commands = new Map<string, FirmwareCommand>();
    for (const feature of features) {
      for (const command of feature.commands) {
        commands.set(command.format, command);
        builder.addCommand(command.format);
      }
      for (const reason of feature.staticStrings ?? []) {
        if (!this.staticStrings.has(reason)) this.staticStrings.set(reason, FIRST_STATIC_STRING + this.staticStrings.size);
      }
      for (const [name, value] of Object.entries(feature.constants ?? {})) builder.addConstant(name, value);
      for (const [name, values] of Object.entries(feature.enumerations ?? {})) builder.addEnumeration(name, values);
    }
    for (const feature of features) for (const format of feature.responses ?? []) builder.addResponse(format);
    for (const [name, value] of Object.entries(boardConstants(board, flavour))) builder.addConstant(name, value);
    for (const [name, values] of Object.entries(board.enumerations ?? {})) builder.addEnumeration(name, values);
    builder.addEnumeration("pin", board.pins);
    builder.addEnumeration("static_string_id", Object.fromEntries(this.staticStrings));

    const numbered = builder.dictionary();
    for (const [format, id] of Object.entries(numbered.commands)) {
      this.entries[encodedId(id)] = tableEntry(commands.get(format)!, trace);
    }
    for (const [format, id] of Object.entries(numbered.responses)) {
      const end = encodeVlqC(this.scratch, 0, id);
      this.responses.set(format, { idBytes: this.scratch.slice(0, end), buffers: bufferFlags(format) });
    }
    this.dictionary = builder.build();
  }

  /** @throws RangeError when no feature declares the reason */
  staticStringId(reason: string): number {
    const id = this.staticStrings.get(reason);
    if (id === undefined) throw new RangeError(`Shutdown reason "${reason}" is not declared: add it to the feature's staticStrings`);
    return id;
  }

  /**
   * Encodes a response as payload. Returns undefined when it does not fit (Klipper drops it; Kalico cuts buffers short).
   * @throws RangeError when no feature declares the format
   */
  encodeResponse(format: string, values: readonly (number | Uint8Array)[], cutBuffers: boolean): Uint8Array | undefined {
    const response = this.responses.get(format);
    if (response === undefined) throw new RangeError(`Response "${format}" is not declared: add it to the feature's responses`);
    const out = this.scratch;
    out.set(response.idBytes);
    let pos = response.idBytes.length;
    for (let i = 0; i < response.buffers.length; i++) {
      const value = values[i]!;
      if (typeof value === "number") {
        pos = encodeVlqC(out, pos, value);
      } else {
        const room = MESSAGE_PAYLOAD_MAX - pos - 1;
        if (value.length > room && !cutBuffers) return undefined;
        const length = Math.max(0, Math.min(value.length, room));
        out[pos++] = length;
        out.set(value.subarray(0, length), pos);
        pos += length;
      }
    }
    return out.slice(0, pos);
  }
}

/**
 * Reads the parameters of one command at `pos` into `args`; returns the position behind them, or PARSE_ERROR.
 * As in firmware, a parameter may start at the very end of the payload, and then reads on into the trailer.
 */
export function readArgs(entry: TableEntry, buf: Uint8Array, pos: number, end: number, args: CommandArgs): number {
  const { values, buffers } = args;
  const kinds = entry.buffers;
  for (let i = 0; i < kinds.length; i++) {
    if (pos > end) return PARSE_ERROR;
    let c = buf[pos++]!;
    if (kinds[i]) {
      if (pos + c > end) return PARSE_ERROR;
      buffers[i] = buf.subarray(pos, pos + c);
      values[i] = 0;
      pos += c;
      continue;
    }
    let v = c & 0x7f;
    if ((c & 0x60) === 0x60) v |= -0x20;
    while (c & 0x80) {
      c = buf[pos++] ?? 0;
      v = (v << 7) | (c & 0x7f);
    }
    values[i] = v;
  }
  return pos;
}

function tableEntry(command: FirmwareCommand, trace: McuTrace): TableEntry {
  const name = command.format.split(" ", 1)[0]!;
  const params = parseParams(command.format).map((p) => p.name);
  return {
    command,
    name,
    buffers: bufferFlags(command.format),
    oidParam: params.indexOf("oid"),
    effectParam: command.effectClock === undefined ? -1 : params.indexOf(command.effectClock),
    traceKind: trace.registerKind(name),
  };
}

function bufferFlags(format: string): boolean[] {
  return parseParams(format).map((p) => p.type.endsWith("s"));
}

/** Build-time id behind the signed reading that the dictionary holds. */
function encodedId(signed: number): number {
  const bytes = new Uint8Array(5);
  const length = encodeVlqC(bytes, 0, signed);
  return length === 1 ? bytes[0]! : ((bytes[0]! & 0x7f) << 7) | bytes[1]!;
}

function boardConstants(board: BoardProfile, flavour: "kalico" | "klipper"): Record<string, string | number> {
  const constants: Record<string, string | number> = {
    MCU: board.mcu,
    CLOCK_FREQ: board.clockFreq,
    ADC_MAX: board.adcMax,
    PWM_MAX: board.pwmMax[flavour],
    ...board.constants,
  };
  if (board.receiveWindow !== undefined) constants["RECEIVE_WINDOW"] = board.receiveWindow;
  if (board.serialBaud !== undefined) constants["SERIAL_BAUD"] = board.serialBaud;
  return constants;
}

export { IDENTIFY_FORMAT, IDENTIFY_RESPONSE_FORMAT };

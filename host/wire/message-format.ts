/**
 * One message of the dictionary: name, parameters, id; arguments ↔ bytes. Enumerated parameters travel as
 * integers and read as names. Decoding follows the host: unsigned types are reduced to 32 bits, signed ones
 * are not (an MCU's `%i` below −2^26 reads 2^32 too high, as in Klippy).
 */
import { decodeVlq, encodeVlq, vlqEnd } from "./vlq.js";

/** Raised for everything that the data dictionary forbids; texts are Kalico's. */
export class ProtocolError extends Error {
  override name = "ProtocolError";
}

export type ParamType = "%u" | "%i" | "%hu" | "%hi" | "%c" | "%s" | "%*s" | "%.*s";
export type ParamValue = number | string | Uint8Array;
export type Enumeration = ReadonlyMap<string, number>;
/** Decoded parameters by name; `#name` is the message's name. */
export type MessageParams = Record<string, ParamValue>;

export interface MessageParam {
  readonly name: string;
  readonly type: ParamType;
  /** Names of its values, when the parameter is enumerated. */
  readonly enumeration?: { name: string; values: Enumeration; names: ReadonlyMap<number, string> };
}

const MAX_LENGTH: Record<ParamType, number> = { "%u": 5, "%i": 5, "%hu": 3, "%hi": 3, "%c": 2, "%s": 64, "%*s": 64, "%.*s": 64 };
const SIGNED = new Set<ParamType>(["%i", "%hi"]);
export const isBuffer = (type: ParamType): boolean => type === "%s" || type === "%*s" || type === "%.*s";

/** Parameters of a format such as `queue_step oid=%c interval=%u`. @throws ProtocolError for an unknown type */
export function parseParams(format: string, enumerations: ReadonlyMap<string, Map<string, number>> = new Map()): MessageParam[] {
  return format.trim().split(/\s+/).slice(1).map((word): MessageParam => {
    const equals = word.indexOf("=");
    const name = word.slice(0, equals);
    const type = word.slice(equals + 1) as ParamType;
    if (equals < 0 || !(type in MAX_LENGTH)) throw new ProtocolError(`Invalid message format '${format}'`);
    for (const [enumName, values] of enumerations) {
      if (name === enumName || name.endsWith(`_${enumName}`)) {
        const names = new Map<number, string>();
        for (const [text, value] of values) names.set(value, text);
        return { name, type, enumeration: { name: enumName, values, names } };
      }
    }
    return { name, type };
  });
}

const scratch = new Uint8Array(4096);

export class MessageFormat {
  /** Id as the dictionary has it: the signed reading of its bytes. */
  readonly id: number;
  readonly name: string;
  readonly format: string;
  readonly params: readonly MessageParam[];
  readonly idBytes: Uint8Array;

  constructor(id: number, format: string, enumerations?: ReadonlyMap<string, Map<string, number>>) {
    this.id = id;
    this.format = format;
    this.name = format.trim().split(/\s+/, 1)[0]!;
    this.params = parseParams(format, enumerations);
    this.idBytes = scratch.slice(0, encodeVlq(scratch, 0, id));
  }

  /** Appends the message at `out[pos…]`; returns the position behind it. @throws ProtocolError */
  encodeInto(out: Uint8Array, pos: number, args: readonly ParamValue[]): number {
    for (let i = 0; i < this.idBytes.length; i++) out[pos++] = this.idBytes[i]!;
    const { params } = this;
    for (let i = 0; i < params.length; i++) pos = encodeParam(out, pos, params[i]!, args[i], this.name);
    return pos;
  }

  /** Id and arguments (in the order of the format) as bytes. @throws ProtocolError */
  encode(args: readonly ParamValue[]): Uint8Array {
    return scratch.slice(0, this.encodeInto(scratch, 0, args));
  }

  /** As `encode`, arguments by name. @throws ProtocolError "Unable to encode: …" when one is missing */
  encodeNamed(args: Readonly<Record<string, ParamValue>>): Uint8Array {
    return this.encode(this.params.map((param) => {
      const value = args[param.name];
      if (value === undefined) throw new ProtocolError(`Unable to encode: ${this.name}`);
      return value;
    }));
  }

  /**
   * Parameters of the message whose id begins at `start`.
   * @throws ProtocolError when bytes are missing or left over
   */
  decode(buf: Uint8Array, start: number, end: number): MessageParams {
    const out: MessageParams = {};
    let pos = start + this.idBytes.length;
    for (const param of this.params) {
      if (pos >= end) throw new ProtocolError(`Message '${this.name}' is too short`);
      pos = decodeParam(buf, pos, param, out);
    }
    if (pos !== end) throw new ProtocolError("Extra data at end of message");
    out["#name"] = this.name;
    return out;
  }

  /** Most bytes that the message can take. */
  get maxLength(): number {
    return this.idBytes.length + this.params.reduce((sum, param) => sum + MAX_LENGTH[param.type], 0);
  }

  /** The message in the text form of logs: `queue_step oid=1 interval=200`. */
  formatParams(params: MessageParams): string {
    return [this.name, ...this.params.map(({ name }) => `${name}=${formatValue(params[name])}`)].join(" ");
  }
}

function formatValue(value: ParamValue | undefined): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

function encodeParam(out: Uint8Array, pos: number, param: MessageParam, value: ParamValue | undefined, message: string): number {
  if (isBuffer(param.type)) {
    const bytes = typeof value === "string" ? Buffer.from(value, "latin1") : value;
    if (!(bytes instanceof Uint8Array)) throw new ProtocolError(`Unable to encode: ${message}`);
    out[pos++] = bytes.length;
    out.set(bytes, pos);
    return pos + bytes.length;
  }
  if (typeof value === "number" && Number.isInteger(value)) return encodeVlq(out, pos, value);
  if (typeof value === "string" && param.enumeration !== undefined) {
    const number = param.enumeration.values.get(value);
    if (number === undefined) throw new ProtocolError(`Unknown value '${value}' in enumeration '${param.enumeration.name}'`);
    return encodeVlq(out, pos, number);
  }
  throw new ProtocolError(`Unable to encode: ${message}`);
}

function decodeParam(buf: Uint8Array, pos: number, param: MessageParam, out: MessageParams): number {
  if (isBuffer(param.type)) {
    const length = buf[pos]!;
    out[param.name] = buf.slice(pos + 1, pos + 1 + length);
    return pos + 1 + length;
  }
  let value = decodeVlq(buf, pos);
  if (!SIGNED.has(param.type)) value = value >>> 0;
  if (param.enumeration !== undefined) out[param.name] = param.enumeration.names.get(value) ?? `?${value}`;
  else out[param.name] = value;
  return vlqEnd.pos;
}

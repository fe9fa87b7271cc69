/** The host's view of a data dictionary: look up messages, decode blocks, build commands from text. Error texts are Kalico's. */
import { inflateSync } from "node:zlib";
import { IDENTIFY_FORMAT, IDENTIFY_RESPONSE_FORMAT, type DataDictionary } from "./data-dictionary.js";
import { isBuffer, MessageFormat, ProtocolError, type MessageParams, type ParamValue } from "./message-format.js";
import { decodeVlq } from "./vlq.js";

export type MessageKind = "command" | "response" | "output";

/** A free text message of the firmware (`output`): `%` fields without names. */
interface OutputFormat {
  readonly id: number;
  readonly format: string;
  readonly types: readonly string[];
}

const OUTPUT_FIELD = /%(\.\*s|\*s|hu|hi|u|i|c|s)/g;

export class MessageParser {
  readonly #warnPrefix: string;
  readonly #enumerations = new Map<string, Map<string, number>>();
  readonly #byId = new Map<number, MessageFormat | OutputFormat>();
  readonly #byName = new Map<string, MessageFormat>();
  readonly #idByFormat = new Map<string, number>();
  #config: Record<string, string | number> = {};
  #version = "";
  #buildVersions = "";
  #app = "";
  /** Every message of the dictionary, in its order: id, kind, format. */
  readonly messages: { id: number; kind: MessageKind; format: string }[] = [];
  /** JSON text of the dictionary. */
  rawIdentifyData = "";

  constructor(warnPrefix = "") {
    this.#warnPrefix = warnPrefix;
    this.#add(IDENTIFY_RESPONSE_FORMAT, 0, "response");
    this.#add(IDENTIFY_FORMAT, 1, "command");
  }

  #error(message: string): ProtocolError {
    return new ProtocolError(this.#warnPrefix + message);
  }

  #add(format: string, id: number, kind: MessageKind): void {
    this.messages.push({ id, kind, format });
    this.#idByFormat.set(format, id);
    if (kind === "output") {
      this.#byId.set(id, { id, format, types: [...format.replace(/%%/g, "").matchAll(OUTPUT_FIELD)].map((m) => m[0]) });
      return;
    }
    const message = new MessageFormat(id, format, this.#enumerations);
    this.#byId.set(id, message);
    this.#byName.set(message.name, message);
  }

  /** Takes the dictionary as the firmware sent it. @throws ProtocolError "Error during identify: …" */
  processIdentify(data: Uint8Array, decompress = true): void {
    try {
      this.rawIdentifyData = (decompress ? inflateSync(data) : Buffer.from(data)).toString("utf8");
      const dictionary = JSON.parse(this.rawIdentifyData) as DataDictionary;
      this.fillEnumerations(dictionary.enumerations ?? {});
      for (const [format, id] of Object.entries(dictionary.commands)) this.#add(format, id, "command");
      for (const [format, id] of Object.entries(dictionary.responses)) this.#add(format, id, "response");
      for (const [format, id] of Object.entries(dictionary.output ?? {})) this.#add(format, id, "output");
      this.#config = { ...this.#config, ...dictionary.config };
      this.#app = dictionary.app ?? "";
      this.#version = dictionary.version ?? "";
      this.#buildVersions = dictionary.build_versions ?? "";
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      throw this.#error(`Error during identify: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Adds enumerations; a range `"PA0": [0, 8]` stands for PA0 … PA7 = 0 … 7. */
  fillEnumerations(enumerations: NonNullable<DataDictionary["enumerations"]>): void {
    for (const [name, values] of Object.entries(enumerations)) {
      let table = this.#enumerations.get(name);
      if (table === undefined) this.#enumerations.set(name, (table = new Map()));
      for (const [text, value] of Object.entries(values)) {
        if (typeof value === "number") {
          table.set(text, value);
          continue;
        }
        const digits = /\d+$/.exec(text)?.[0] ?? "";
        const root = text.slice(0, text.length - digits.length);
        const start = digits === "" ? 0 : Number(digits);
        const [first, count] = value;
        for (let i = 0; i < count; i++) table.set(`${root}${start + i}`, first + i);
      }
    }
  }

  /** Message of exactly this format. @throws ProtocolError "Unknown command: …", "Command format mismatch: …" */
  lookupCommand(format: string): MessageFormat {
    const message = this.#byName.get(format.trim().split(/\s+/, 1)[0]!);
    if (message === undefined) throw this.#error(`Unknown command: ${format.trim().split(/\s+/, 1)[0]}`);
    if (message.format !== format) throw this.#error(`Command format mismatch: ${format} vs ${message.format}`);
    return message;
  }

  /** Id of exactly this format. @throws ProtocolError "Unknown command: …" */
  lookupMsgid(format: string): number {
    const id = this.#idByFormat.get(format);
    if (id === undefined) throw this.#error(`Unknown command: ${format}`);
    return id;
  }

  lookupMsgId(format: string): number {
    return this.lookupMsgid(format);
  }

  messageByName(name: string): MessageFormat | undefined {
    return this.#byName.get(name);
  }

  messageById(id: number): MessageFormat | undefined {
    const message = this.#byId.get(id);
    return message instanceof MessageFormat ? message : undefined;
  }

  /**
   * The one message in the payload `buf[start, end)`. Unknown ids give `#name: "#unknown"`, free text `#output`.
   * @throws ProtocolError when the message is cut short or followed by something
   */
  parse(buf: Uint8Array, start = 0, end = buf.length): MessageParams {
    const id = decodeVlq(buf, start);
    const message = this.#byId.get(id);
    if (message === undefined) return { "#name": "#unknown", "#msgid": id, "#msg": buf.slice(start, end) };
    if (message instanceof MessageFormat) return message.decode(buf, start, end);
    return { "#name": "#output", "#msg": this.#decodeOutput(message, buf, start, end) };
  }

  #decodeOutput(message: OutputFormat, buf: Uint8Array, start: number, end: number): string {
    const values = new MessageFormat(message.id, `output ${message.types.map((type, i) => `v${i}=${type}`).join(" ")}`).decode(buf, start, end);
    let next = 0;
    return message.format.replace(OUTPUT_FIELD, () => {
      const value = values[`v${next++}`];
      return value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
    });
  }

  /** All messages of a host-to-MCU payload `buf[start, end)`: several commands may stand in one block. */
  parseAll(buf: Uint8Array, start = 0, end = buf.length): MessageParams[] {
    const out: MessageParams[] = [];
    let pos = start;
    while (pos < end) {
      const message = this.#byId.get(decodeVlq(buf, pos));
      if (!(message instanceof MessageFormat)) {
        out.push(this.parse(buf, pos, end));
        break;
      }
      const next = messageEnd(message, buf, pos, end);
      out.push(message.decode(buf, pos, next));
      pos = next;
    }
    return out;
  }

  /** Command in text form, `name param=value …`; hex digits for buffers. @throws ProtocolError */
  createCommand(text: string): Uint8Array {
    const parts = text.trim().split(/\s+/);
    const name = parts[0] ?? "";
    if (name === "") return new Uint8Array(0);
    const message = this.#byName.get(name);
    if (message === undefined) throw this.#error(`Unknown command: ${name}`);
    const args: Record<string, ParamValue> = {};
    for (const part of parts.slice(1)) {
      const equals = part.indexOf("=");
      const param = message.params.find((p) => p.name === part.slice(0, equals));
      if (equals < 0 || param === undefined) throw this.#error(`Unable to extract params from: ${name}`);
      const value = part.slice(equals + 1);
      if (isBuffer(param.type)) args[param.name] = Uint8Array.from(Buffer.from(value, "hex"));
      else if (param.enumeration !== undefined) args[param.name] = value;
      else {
        const number = /^[+-]?(0[xX][0-9a-fA-F]+|\d+)$/.test(value) ? Number(value) : NaN;
        if (Number.isNaN(number)) throw this.#error(`Unable to extract params from: ${name}`);
        args[param.name] = number;
      }
    }
    return message.encodeNamed(args);
  }

  /** A decoded message in the text form of logs. */
  formatParams(params: MessageParams): string {
    const name = params["#name"];
    const message = typeof name === "string" ? this.#byName.get(name) : undefined;
    if (message !== undefined) return message.formatParams(params);
    const text = params["#msg"];
    return `${String(name)} ${text instanceof Uint8Array ? Buffer.from(text).toString("hex") : String(text)}`;
  }

  getConstants(): Record<string, string | number> {
    return { ...this.#config };
  }

  /** Constant as text. @throws ProtocolError "Firmware constant '…' not found" */
  getConstant(name: string, defaultValue?: string | null): string | null {
    const value = this.#config[name];
    if (value !== undefined) return String(value);
    if (defaultValue !== undefined) return defaultValue;
    throw this.#error(`Firmware constant '${name}' not found`);
  }

  #number(name: string, defaultValue: number | null | undefined, accept: (value: number) => boolean): number {
    const value = this.#config[name];
    if (value === undefined) {
      if (defaultValue !== undefined) return defaultValue as number;
      throw this.#error(`Firmware constant '${name}' not found`);
    }
    const number = Number(value);
    if (!accept(number)) throw this.#error(`Unable to parse firmware constant ${name}: ${value}`);
    return number;
  }

  /** @throws ProtocolError when missing without default, or no number */
  getConstantFloat(name: string, defaultValue?: number | null): number {
    return this.#number(name, defaultValue, (value) => !Number.isNaN(value));
  }

  /** @throws ProtocolError when missing without default, or no integer */
  getConstantInt(name: string, defaultValue?: number | null): number {
    return this.#number(name, defaultValue, Number.isInteger);
  }

  /** Enumerations by name: text → value. */
  getEnumerations(): Record<string, Record<string, number>> {
    return Object.fromEntries([...this.#enumerations].map(([name, values]) => [name, Object.fromEntries(values)]));
  }

  getVersionInfo(): { version: string; build_versions: string } {
    return { version: this.#version, build_versions: this.#buildVersions };
  }

  getAppInfo(): string {
    return this.#app;
  }
}

/** Position behind the message at `start`. @throws ProtocolError when it reaches past `end` */
function messageEnd(message: MessageFormat, buf: Uint8Array, start: number, end: number): number {
  let pos = start + message.idBytes.length;
  for (const param of message.params) {
    if (isBuffer(param.type)) pos += 1 + (buf[pos] ?? 0);
    else {
      while (pos < end && buf[pos]! >= 0x80) pos += 1;
      pos += 1;
    }
  }
  if (pos > end) throw new ProtocolError(`Message '${message.name}' is too short`);
  return pos;
}

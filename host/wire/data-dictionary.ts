/**
 * Data dictionary: the JSON document (zlib packed) in which firmware tells its commands, responses,
 * enumerations and constants. The builder numbers messages as firmware does.
 */
import { deflateSync } from "node:zlib";
import { decodeVlq } from "./vlq.js";

export const IDENTIFY_RESPONSE_FORMAT = "identify_response offset=%u data=%.*s";
export const IDENTIFY_FORMAT = "identify offset=%u count=%c";

export type EnumerationValues = Record<string, number | readonly [first: number, count: number]>;

export interface DataDictionary {
  commands: Record<string, number>;
  responses: Record<string, number>;
  output?: Record<string, number>;
  enumerations?: Record<string, EnumerationValues>;
  config?: Record<string, string | number>;
  version?: string;
  build_versions?: string;
  app?: string;
  license?: string;
}

/** Signed reading of a build-time id (0 … 16383): 96 … 127 become −32 … −1, and so on. */
export function signedMessageId(encoded: number): number {
  return decodeVlq(encoded < 0x80 ? Uint8Array.of(encoded) : Uint8Array.of((encoded >> 7) | 0x80, encoded & 0x7f), 0);
}

/** Collects messages in declaration order and numbers them: commands, then responses, then output. */
export class DataDictionaryBuilder {
  readonly #commands: string[] = [];
  readonly #responses: string[] = [];
  readonly #output: string[] = [];
  readonly #enumerations: Record<string, EnumerationValues> = {};
  readonly #config: Record<string, string | number> = {};
  app = "Kalico";
  version = "";
  buildVersions = "";

  addCommand(format: string): void {
    if (format !== IDENTIFY_FORMAT && !this.#commands.includes(format)) this.#commands.push(format);
  }
  addResponse(format: string): void {
    if (format !== IDENTIFY_RESPONSE_FORMAT && !this.#responses.includes(format)) this.#responses.push(format);
  }
  addOutput(format: string): void {
    if (!this.#output.includes(format)) this.#output.push(format);
  }
  addEnumeration(name: string, values: EnumerationValues): void {
    this.#enumerations[name] = { ...this.#enumerations[name], ...values };
  }
  addConstant(name: string, value: string | number): void {
    this.#config[name] = value;
  }

  /** The dictionary as data, ids signed as on the wire. */
  dictionary(): DataDictionary {
    let next = 2;
    const number = (formats: readonly string[]): Record<string, number> => {
      const out: Record<string, number> = {};
      for (const format of formats) out[format] = signedMessageId(next++);
      return out;
    };
    const commands = { [IDENTIFY_FORMAT]: 1, ...number(this.#commands) };
    const responses = { [IDENTIFY_RESPONSE_FORMAT]: 0, ...number(this.#responses) };
    const output = number(this.#output);
    return {
      app: this.app, build_versions: this.buildVersions, commands, config: this.#config, enumerations: this.#enumerations, license: "GNU GPLv3",
      ...(this.#output.length === 0 ? {} : { output }), responses, version: this.version,
    };
  }

  /** The dictionary as firmware serves it: zlib packed JSON. */
  build(): Uint8Array {
    return deflateSync(JSON.stringify(this.dictionary()), { level: 9 });
  }
}

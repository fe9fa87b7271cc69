/**
 * Framing of the API: a stream of bytes in, messages of text out. Each message ends with the byte 0x03, in both directions; chunks
 * of the stream may hold a part of a message or many of them.
 */

/** Ends a message; in JSON it can occur only escaped. */
const END = 0x03;
/** Longest message that is taken, bytes: what Moonraker's own stream takes. */
export const LONGEST_MESSAGE = 20 * 1024 * 1024;

const encoder = new TextEncoder();

/** A message as it goes over the line. */
export function frameMessage(text: string): Uint8Array {
  return encoder.encode(`${text}\u0003`);
}

/** Cuts a stream into messages. */
export class MessageReader {
  readonly #decoder = new TextDecoder();
  #chunks: Uint8Array[] = [];
  #pending = 0;

  /** The messages that this chunk completes; undefined when one is longer than `LONGEST_MESSAGE`. */
  push(chunk: Uint8Array): string[] | undefined {
    const messages: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(END); end >= 0; end = chunk.indexOf(END, from)) {
      messages.push(this.#take(chunk.subarray(from, end)));
      from = end + 1;
    }
    if (from < chunk.length) {
      this.#chunks.push(chunk.slice(from));
      this.#pending += chunk.length - from;
    }
    return this.#pending > LONGEST_MESSAGE ? undefined : messages;
  }

  #take(last: Uint8Array): string {
    if (this.#chunks.length === 0) return this.#decoder.decode(last);
    const whole = new Uint8Array(this.#pending + last.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    whole.set(last, at);
    this.#chunks = [];
    this.#pending = 0;
    return this.#decoder.decode(whole);
  }
}

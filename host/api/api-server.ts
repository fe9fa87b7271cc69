/**
 * The API server without its socket: clients as byte streams in, requests carried out, answers and notifications out. Requests
 * of a client start in the order of their arrival, each in a callback of its own, and may finish in another order. What is no
 * request is logged and dropped; the client stays connected. All clients are closed when a life of the host ends.
 */
import type { Printer } from "../printer/printer-surface.js";
import { jsonText } from "./json-text.js";
import { frameMessage, LONGEST_MESSAGE, MessageReader } from "./message-frames.js";
import { WebRequest, type ClientConnection, type RequestProcessor } from "./web-request.js";

/** The stream to one client. */
export interface ClientLine {
  /** Takes bytes; what the client does not accept yet is kept. */
  write(data: Uint8Array): void;
  onData(callback: (data: Uint8Array) => void): void;
  onClose(callback: () => void): void;
  /** Bytes that the client has not accepted yet. */
  backlog(): number;
  /** Ends the stream once the backlog is gone, or at once. */
  close(how: "flush" | "drop"): void;
}

/** Where clients come from; the start argument `openApi` makes one for each life of the host. */
export interface ApiListener {
  onClient(callback: (line: ClientLine) => void): void;
  /** No more clients: a life of the host ends. */
  close(): void;
}

/** Checks of the statistics (one a second) that a client may leave unread what was sent before. */
const BLOCKED_CHECKS = 5;
/** Kept for a client that does not read, bytes. Statistics begin with ready; this holds before as well. */
const MOST_BACKLOG = 4 * LONGEST_MESSAGE;
/** Requests of one client that may be under way, most of them waiting for others' scripts. */
const MOST_REQUESTS = 10_000;
/** Requests of one client that the log of a shutdown shows, and most characters of each. */
const REQUESTS_KEPT = 20;
const REQUEST_LENGTH = 4000;

/** One client. */
class ApiClient implements ClientConnection {
  readonly uid: number;
  readonly #server: ApiServer;
  readonly #line: ClientLine;
  readonly #reader = new MessageReader();
  #isClosed = false;
  #underWay = 0;
  #sentBytes = 0;
  /** Bytes sent when the client was last seen to keep up. */
  #mark = 0;
  #checksLeft = BLOCKED_CHECKS;
  readonly #requests: { eventTime: number; message: string }[] = [];

  constructor(server: ApiServer, uid: number, line: ClientLine) {
    this.#server = server;
    this.uid = uid;
    this.#line = line;
    line.onData((data) => this.#receive(data));
    line.onClose(() => this.close("drop", "Disconnected"));
  }

  isClosed(): boolean {
    return this.#isClosed;
  }

  #receive(data: Uint8Array): void {
    if (this.#isClosed) return;
    const messages = this.#reader.push(data);
    for (const message of messages ?? []) {
      this.#requests.push({ eventTime: this.#server.printer.getReactor().monotonic(), message: message.slice(0, REQUEST_LENGTH) });
      if (this.#requests.length > REQUESTS_KEPT) this.#requests.shift();
      const request = this.#decode(message);
      if (request !== undefined) this.#start(request);
      if (this.#isClosed) return;
    }
    if (messages === undefined) this.close("drop", `Message longer than ${LONGEST_MESSAGE} bytes`);
  }

  /** The latest requests, for the log of a shutdown. */
  dumpRequests(): string {
    const lines = this.#requests.map(({ eventTime, message }) => `Received ${eventTime.toFixed(6)}: ${bytesRepr(message)}`);
    return [`Dumping ${lines.length} requests for client ${this.uid}`, ...lines].join("\n");
  }

  #decode(message: string): WebRequest | undefined {
    try {
      return new WebRequest(this, JSON.parse(message));
    } catch {
      this.#server.printer.log("warning", `webhooks: Error decoding Server Request ${message.slice(0, 200)}`);
      return undefined;
    }
  }

  #start(request: WebRequest): void {
    if (this.#underWay >= MOST_REQUESTS) {
      this.close("drop", `${MOST_REQUESTS} requests without an answer`);
      return;
    }
    this.#underWay += 1;
    this.#server.printer.getReactor().registerAsyncCallback(() => this.#carryOut(request));
  }

  async #carryOut(request: WebRequest): Promise<void> {
    const answer = await this.#server.webhooks.processRequest(request);
    this.#underWay -= 1;
    if (answer !== null) this.send(answer);
  }

  send(data: unknown): void {
    if (this.#isClosed) return;
    let text: string;
    try {
      text = jsonText(data);
    } catch (error) {
      const what = `json encoding error: ${error instanceof Error ? error.message : String(error)}`;
      this.#server.printer.log("error", what, error);
      this.#server.printer.invokeShutdown(what);
      return;
    }
    const bytes = frameMessage(text);
    this.#sentBytes += bytes.length;
    this.#line.write(bytes);
    if (this.#line.backlog() > MOST_BACKLOG) this.close("drop", `${MOST_BACKLOG} bytes not read`);
  }

  /** Once a second: closes a client that has left unread for too long what was sent to it. */
  check(): void {
    if (this.#sentBytes - this.#line.backlog() >= this.#mark) {
      this.#mark = this.#sentBytes;
      this.#checksLeft = BLOCKED_CHECKS;
    } else if (--this.#checksLeft < 0) {
      this.close("drop", "Blocked client");
    }
  }

  close(how: "flush" | "drop", why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#server.printer.log("info", `webhooks client ${this.uid}: ${why}`);
    this.#server.forget(this);
    this.#line.close(how);
  }
}

/** Text as Python writes bytes: `b'…'`. */
function bytesRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = [...Buffer.from(text, "utf8")].map((byte) => {
    const character = String.fromCharCode(byte);
    if (character === "\\" || character === quote) return `\\${character}`;
    const named = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[character];
    return named ?? (byte >= 0x20 && byte < 0x7f ? character : `\\x${byte.toString(16).padStart(2, "0")}`);
  });
  return `b${quote}${escaped.join("")}${quote}`;
}

/** Serves clients for one life of the host. */
export class ApiServer {
  readonly printer: Printer;
  readonly webhooks: RequestProcessor;
  readonly #clients = new Set<ApiClient>();
  #nextUid = 1;

  constructor(printer: Printer, webhooks: RequestProcessor, listener: ApiListener) {
    this.webhooks = webhooks;
    this.printer = printer;
    listener.onClient((line) => {
      const client = new ApiClient(this, this.#nextUid++, line);
      this.#clients.add(client);
      this.printer.log("info", `webhooks client ${client.uid}: New connection`);
    });
    this.printer.registerEventHandler("klippy:shutdown", () => {
      for (const client of this.#clients) this.printer.log("info", client.dumpRequests());
    });
    this.printer.registerEventHandler("klippy:disconnect", () => {
      for (const client of [...this.#clients]) client.close("flush", "Disconnected");
      listener.close();
    });
  }

  /** How many clients are connected. */
  get clientCount(): number {
    return this.#clients.size;
  }

  forget(client: ApiClient): void {
    this.#clients.delete(client);
  }

  stats(_eventTime: number): [boolean, string] {
    for (const client of [...this.#clients]) client.check();
    return [false, ""];
  }
}

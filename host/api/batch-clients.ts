/**
 * Clients that follow a stream of measurements: steps, moves, samples of a sensor. The first one starts a timer, each batch goes
 * to all of them, and the timer ends with the last one. A batch that is empty is not sent.
 */
import type { Printer } from "../printer/printer-surface.js";
import type { Timer } from "../reactor/reactor.js";
import type { ClientConnection, Endpoint, WebRequest } from "./web-request.js";

/** Seconds between two batches. */
const BATCH_SECONDS = 0.5;

/** Where streams are registered: the object `webhooks`. */
interface MuxTable {
  registerMuxEndpoint(path: string, key: string, value: string, callback: Endpoint): void;
}

/** One stream. */
export interface BatchSource {
  /** Names of the columns, told in the answer to a client. */
  header: readonly string[];
  /** What has come since the batch before; null when nothing has. */
  next(eventTime: number): Record<string, unknown> | null;
}

class BatchClients {
  readonly #printer: Printer;
  readonly #source: BatchSource;
  readonly #clients = new Map<ClientConnection, Record<string, unknown>>();
  #timer: Timer | undefined;

  constructor(printer: Printer, source: BatchSource) {
    this.#printer = printer;
    this.#source = source;
  }

  add(request: WebRequest): void {
    const template = request.getDict("response_template", { default: {} });
    const client = request.getClientConnection();
    if (client === null) throw request.error("A stream needs a connection");
    this.#clients.set(client, template);
    const reactor = this.#printer.getReactor();
    this.#timer ??= reactor.registerTimer((eventTime) => this.#send(eventTime), reactor.monotonic() + BATCH_SECONDS);
    request.send({ header: [...this.#source.header] });
  }

  #send(eventTime: number): number {
    for (const client of [...this.#clients.keys()]) if (client.isClosed()) this.#clients.delete(client);
    const reactor = this.#printer.getReactor();
    if (this.#clients.size === 0) {
      reactor.unregisterTimer(this.#timer!);
      this.#timer = undefined;
      return reactor.NEVER;
    }
    const params = this.#source.next(eventTime);
    if (params !== null) for (const [client, template] of this.#clients) client.send({ ...template, params });
    return eventTime + BATCH_SECONDS;
  }
}

/** Lets clients follow a stream: endpoint `path` with the parameter `name`. Does nothing on a host without an API. */
export function addBatchEndpoint(printer: Printer, path: string, name: string, source: BatchSource): void {
  const webhooks = printer.lookupObject<MuxTable | null>("webhooks", null);
  const clients = new BatchClients(printer, source);
  webhooks?.registerMuxEndpoint(path, "name", name, (request) => clients.add(request));
}

/**
 * Endpoints `objects/…`: status of objects, asked for once or subscribed to. One timer serves all clients, every 0.25 s of event
 * time while anybody subscribes; each object's `getStatus` is called once per pass. A query waits for the next pass. The answer
 * to a subscription holds everything, later messages the fields that differ from the pass before, each of them whole.
 *
 * A field counts as changed when its value differs from the value that was returned last time. An object that is changed in
 * place is its own predecessor and therefore never reported: Kalico's behaviour, and a common fault of plugins. If a `getStatus` throws, the host shuts
 * down and no query is answered any more, as in Kalico.
 */
import type { Printer } from "../printer/printer-surface.js";
import { statusObjects } from "../printer/status.js";
import type { Completion } from "../reactor/completion.js";
import type { Timer } from "../reactor/reactor.js";
import { statusText, type JsonText } from "./json-text.js";
import { statusDiffers } from "./status-comparison.js";
import type { ClientConnection, EndpointTable, WebRequest } from "./web-request.js";

/** Seconds of event time between two passes. */
const REFRESH_SECONDS = 0.25;

type Status = Record<string, unknown>;
/** Objects with the fields that are wanted; null: all fields, until the first status tells which there are. */
type Wanted = Map<string, string[] | null>;

interface Subscription {
  readonly client: ClientConnection;
  readonly wanted: Wanted;
  readonly template: Record<string, unknown>;
}

interface Waiting {
  readonly wanted: Wanted;
  readonly answer: Completion<object>;
  /** Becomes active with the answer. */
  readonly subscription: Subscription | undefined;
}

interface StatusSource {
  getStatus?(eventTime: number): unknown;
}

class StatusEndpoints {
  readonly #printer: Printer;
  readonly #subscriptions = new Map<ClientConnection, Subscription>();
  #waiting: Waiting[] = [];
  #last = new Map<string, Status>();
  #timer: Timer | undefined;

  constructor(printer: Printer, webhooks: EndpointTable) {
    this.#printer = printer;
    webhooks.registerEndpoint("objects/list", (request) => request.send({ objects: statusObjects(printer) }));
    webhooks.registerEndpoint("objects/query", (request) => this.#ask(request, false));
    webhooks.registerEndpoint("objects/subscribe", (request) => this.#ask(request, true));
  }

  async #ask(request: WebRequest, isSubscription: boolean): Promise<void> {
    const objects = request.getDict("objects");
    const wanted: Wanted = new Map();
    for (const [name, fields] of Object.entries(objects)) {
      if (fields !== null && !(Array.isArray(fields) && fields.every((field) => typeof field === "string"))) throw request.error("Invalid argument");
      wanted.set(name, fields as string[] | null);
    }
    let subscription: Subscription | undefined;
    const client = request.getClientConnection();
    if (isSubscription) {
      const template = request.getDict("response_template", { default: {} });
      if (client === null) throw request.error("A subscription needs a connection");
      this.#subscriptions.delete(client);
      subscription = { client, wanted, template };
    }
    const answer = this.#printer.getReactor().completion<object>();
    this.#waiting.push({ wanted, answer, subscription });
    this.#timer ??= this.#printer.getReactor().registerTimer((eventTime) => this.#pass(eventTime), this.#printer.getReactor().NOW);
    const message = await answer.wait();
    request.send(message);
  }

  #pass(eventTime: number): number {
    const previous = this.#last;
    this.#last = new Map();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { wanted, answer, subscription } of waiting) {
      answer.complete({ eventtime: eventTime, status: this.#status(wanted, eventTime, undefined) });
      if (subscription !== undefined && wanted.size > 0 && !subscription.client.isClosed()) this.#subscriptions.set(subscription.client, subscription);
    }
    const isNew = new Set(waiting.map(({ subscription }) => subscription));
    for (const subscription of [...this.#subscriptions.values()]) {
      const { client, wanted, template } = subscription;
      if (client.isClosed()) this.#subscriptions.delete(client);
      else if (!isNew.has(subscription)) {
        const status = this.#status(wanted, eventTime, previous);
        if (Object.keys(status).length > 0) client.send({ ...template, params: { eventtime: eventTime, status } });
      }
    }
    const reactor = this.#printer.getReactor();
    if (this.#subscriptions.size > 0) return eventTime + REFRESH_SECONDS;
    reactor.unregisterTimer(this.#timer!);
    this.#timer = undefined;
    this.#last.clear();
    return reactor.NEVER;
  }

  /** What is wanted, as JSON by object: everything, or what differs from `previous`. Freezes fields that were left open. */
  #status(wanted: Wanted, eventTime: number, previous: Map<string, Status> | undefined): Record<string, JsonText> {
    const result: Record<string, JsonText> = {};
    for (const [name, fields] of wanted) {
      const status = this.#read(name, eventTime);
      const names = fields ?? Object.keys(status);
      if (fields === null && names.length > 0) wanted.set(name, names);
      const before = previous?.get(name);
      const shown: Status = {};
      for (const field of names) {
        const value = Object.hasOwn(status, field) ? status[field] : null;
        if (previous === undefined || statusDiffers(value ?? null, before === undefined || !Object.hasOwn(before, field) ? null : (before[field] ?? null))) shown[field] = value;
      }
      if (previous === undefined || Object.keys(shown).length > 0) result[name] = this.#encode(name, shown);
    }
    return result;
  }

  #encode(name: string, shown: Status): JsonText {
    try {
      return statusText(name, shown);
    } catch (error) {
      const what = `json encoding error: ${error instanceof Error ? error.message : String(error)}`;
      this.#printer.log("error", `${what}: status of '${name}'`, error);
      this.#printer.invokeShutdown(what);
      return statusText(name, {});
    }
  }

  /** An object's status in this pass, read once; empty when there is no such object. */
  #read(name: string, eventTime: number): Status {
    const known = this.#last.get(name);
    if (known !== undefined) return known;
    const object = this.#printer.lookupObject<StatusSource | null>(name, null);
    let status: unknown;
    if (object !== null && typeof object === "object" && typeof object.getStatus === "function") {
      status = this.#printer.getReactor().assertNoPause(() => object.getStatus!(eventTime), `get_status of ${name}`);
      if (isThenable(status)) {
        this.#printer.getReactor().requestDrain();
        status.then(undefined, () => undefined);
        this.#printer.observer.onContract?.("promise from getStatus", name, eventTime);
        status = {};
      }
    }
    const record = status instanceof Map ? (Object.fromEntries(status as Map<string, unknown>) as Status) : ((status ?? {}) as Status);
    this.#last.set(name, record);
    return record;
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

/** Adds the endpoints. */
export function addStatusEndpoints(printer: Printer, webhooks: EndpointTable): void {
  new StatusEndpoints(printer, webhooks);
}

/**
 * A whole printer in virtual time with clients of its API in memory: bytes go to and from the server as over a socket, and each
 * message is noted with the time at which it came. A restart lets go of all clients, as a socket that is removed does.
 */
import type { ApiListener, ClientLine } from "../../host/api/api-server.js";
import { SimWorld, type SimWorldOptions } from "../world/sim-world.js";

/** A message from the server. */
export interface Received {
  /** World time, s. */
  at: number;
  text: string;
}

/** One client. */
export class MemoryClient {
  readonly received: Received[] = [];
  isClosed = false;
  /** Without reading, bytes pile up at the server. */
  readonly reads: boolean;
  #unread = 0;
  #receive: (data: Uint8Array) => void = () => undefined;
  #leave: () => void = () => undefined;
  readonly #now: () => number;

  constructor(now: () => number, reads: boolean) {
    this.#now = now;
    this.reads = reads;
  }

  /** The server's end. */
  line(): ClientLine {
    return {
      write: (data) => {
        if (!this.reads) this.#unread += data.length;
        else for (const text of Buffer.from(data).toString().split("\u0003").slice(0, -1)) this.received.push({ at: this.#now(), text });
      },
      onData: (callback) => { this.#receive = callback; },
      onClose: (callback) => { this.#leave = callback; },
      backlog: () => this.#unread,
      close: () => { this.isClosed = true; },
    };
  }

  /** Sends bytes as they are. */
  sendRaw(text: string): void {
    this.#receive(Buffer.from(text));
  }

  /** Sends a request. */
  send(id: unknown, method: string, params: unknown = {}): void {
    this.sendRaw(`${JSON.stringify({ id, method, params })}\u0003`);
  }

  /** Breaks the connection off. */
  leave(): void {
    this.#leave();
  }

  /** Messages since the last call, decoded. */
  take(): any[] {
    return this.received.splice(0).map(({ text }) => JSON.parse(text) as unknown);
  }

  /** The answer to a request that has come; undefined while it has not. */
  answer(id: unknown): any {
    for (const { text } of this.received) {
      const message = JSON.parse(text) as { id?: unknown };
      if (message.id === id) return message;
    }
    return undefined;
  }
}

export class ApiPrinter {
  readonly world: SimWorld;
  /** How many listeners were opened, and how many of them are closed again. */
  opened = 0;
  closed = 0;
  #enter: ((line: ClientLine) => void) | undefined;

  constructor(options: SimWorldOptions) {
    const openApi = (): ApiListener => {
      this.opened += 1;
      return {
        onClient: (callback) => { this.#enter = callback; },
        close: () => {
          this.closed += 1;
          this.#enter = undefined;
        },
      };
    };
    this.world = new SimWorld({ ...options, startArgs: { ...options.startArgs, openApi } });
  }

  get state(): string {
    return this.world.printer!.getStateMessage()[1];
  }

  /** Starts the host and waits until it is no longer starting. */
  async start(): Promise<void> {
    this.world.start();
    await this.settle();
  }

  /** Lives until the host is ready, in error or shut down. */
  async settle(): Promise<void> {
    await this.world.run(() => this.state !== "startup", this.world.clock.now + 60);
  }

  /** Lets so many seconds pass. */
  async live(seconds: number): Promise<void> {
    await this.world.run(() => false, this.world.clock.now + seconds);
  }

  /** A new connection. @throws Error when nobody listens */
  connect(reads = true): MemoryClient {
    if (this.#enter === undefined) throw new Error("Nobody listens");
    const client = new MemoryClient(() => this.world.clock.now, reads);
    this.#enter(client.line());
    return client;
  }

  /** Sends a request and lives until its answer is there, or `limit` seconds have passed. */
  async ask(client: MemoryClient, id: unknown, method: string, params: unknown = {}, limit = 60): Promise<any> {
    client.send(id, method, params);
    await this.world.run(() => client.answer(id) !== undefined, this.world.clock.now + limit);
    return client.answer(id);
  }

  finish(): void {
    this.world.finish();
  }
}

/** A measurement that runs while somebody wants it: in the host or over the API. Every client gets what came since the batch before. */
import type { ClientConnection, WebRequest } from "../../api/web-request.js";
import { CommandError } from "../../errors.js";
import type { Printer } from "../../heaters/host-types.js";
import type { Timer } from "../../reactor/reactor.js";

export type Batch = Record<string, unknown>;
/** Takes a batch; false: wants no more. */
export type BatchClient = (batch: Batch) => boolean | Promise<boolean>;

export interface Measurement {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** What has come; null: nothing. */
  take(): Promise<Batch | null>;
}

interface MuxTable {
  registerMuxEndpoint(path: string, key: string, value: string, callback: (request: WebRequest) => unknown): void;
}

export class BatchBulk {
  private readonly printer: Printer;
  private readonly measurement: Measurement;
  private readonly seconds: number;
  private readonly clients = new Set<BatchClient>();
  private timer: Timer | undefined;

  constructor(printer: Printer, measurement: Measurement, seconds: number) {
    this.printer = printer;
    this.measurement = measurement;
    this.seconds = seconds;
  }

  /** Adds a client and starts the measurement for the first one. @throws CommandError when it does not start */
  async addClient(client: BatchClient): Promise<void> {
    this.clients.add(client);
    if (this.timer !== undefined) return;
    const reactor = this.printer.getReactor();
    this.timer = reactor.registerTimer((eventTime) => this.process(eventTime), reactor.NEVER);
    try {
      await this.measurement.start();
    } catch (error) {
      reactor.unregisterTimer(this.timer);
      this.timer = undefined;
      this.clients.clear();
      throw error;
    }
    reactor.updateTimer(this.timer, reactor.monotonic() + this.seconds);
  }

  private async process(eventTime: number): Promise<number> {
    const batch = await this.guarded(() => this.measurement.take());
    if (batch != null) for (const client of [...this.clients]) if (!(await client(batch))) this.clients.delete(client);
    if (this.clients.size > 0) return eventTime + this.seconds;
    const reactor = this.printer.getReactor();
    reactor.unregisterTimer(this.timer!);
    this.timer = undefined;
    await this.guarded(() => this.measurement.stop());
    return reactor.NEVER;
  }

  private async guarded<T>(step: () => Promise<T>): Promise<T | null> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      this.printer.log("error", "Error of a measurement in batches", error);
      return null;
    }
  }

  /** Lets clients of the API follow. */
  addMuxEndpoint(path: string, key: string, value: string, header: readonly string[]): void {
    const webhooks = this.printer.lookupObject<MuxTable | null>("webhooks", null);
    webhooks?.registerMuxEndpoint(path, key, value, async (request) => {
      const template = request.getDict("response_template", { default: {} });
      const connection: ClientConnection | null = request.getClientConnection();
      if (connection === null) throw request.error("A stream needs a connection");
      await this.addClient((params) => {
        if (connection.isClosed()) return false;
        connection.send({ ...template, params });
        return true;
      });
      request.send({ header: [...header] });
    });
  }
}

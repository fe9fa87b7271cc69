/**
 * Handles of MCU commands: a format string looked up once, then sent with arguments, on a command queue, at
 * a clock. Queries repeat until the answer is there: synchronous ones with the acknowledge of their block
 * (10, 20, 40, 80, 160 ms), asynchronous ones every 0.5 s for 5 s.
 */
import { CommandError, TransportError } from "../errors.js";
import type { Completion } from "../reactor/completion.js";
import { SerialRetryCommand, type SerialReader } from "../transport/serialhdl.js";
import type { CommandQueue } from "../transport/serialqueue.js";
import type { MessageFormat, MessageParams } from "../wire/index.js";

/** Arguments of a command in the order of its format string. */
export type CommandArgs = readonly (number | string | Uint8Array)[];

/** When a command may leave (`minclock`, ticks) and when it must have arrived (`reqclock`, ticks; 0: now). */
export interface SendClocks {
  minclock?: number;
  reqclock?: number;
}

/** Kalico's CommandWrapper. */
export class CommandWrapper {
  private readonly serial: SerialReader;
  private readonly format: MessageFormat;
  private readonly queue: CommandQueue;

  constructor(serial: SerialReader, format: string, queue?: CommandQueue) {
    this.serial = serial;
    this.format = serial.getMsgparser().lookupCommand(format);
    this.queue = queue ?? serial.getDefaultCommandQueue();
  }

  /** Queues the command and returns at once. */
  send(args: CommandArgs = [], clocks: SendClocks = {}): void {
    this.serial.rawSend(this.encode(args), clocks.minclock ?? 0, clocks.reqclock ?? 0, this.queue);
  }

  /** Queues the command and resumes when its block was acknowledged. @throws TransportError when the port closes. */
  async sendWaitAck(args: CommandArgs = [], clocks: SendClocks = {}): Promise<void> {
    await this.serial.rawSendWaitAck(this.encode(args), clocks.minclock ?? 0, clocks.reqclock ?? 0, this.queue);
  }

  /** The message id as the dictionary gives it (signed). */
  getCommandTag(): number {
    return this.format.id;
  }

  /** Wire bytes of the command (id and arguments). */
  encode(args: CommandArgs): Uint8Array {
    return this.format.encode(args);
  }
}

/** Options of a query's send. */
export interface QueryOptions extends SendClocks {
  /** False: ask once only. Default true. */
  retry?: boolean;
}

/** Kalico's CommandQueryWrapper: a command with an answer. */
export class CommandQueryWrapper {
  private readonly serial: SerialReader;
  private readonly format: MessageFormat;
  private readonly responseName: string;
  private readonly oid: number | undefined;
  private readonly queue: CommandQueue;
  private readonly isAsync: boolean;

  constructor(
    serial: SerialReader,
    format: string,
    responseFormat: string,
    options: { oid?: number | undefined; cq?: CommandQueue | undefined; isAsync?: boolean } = {},
  ) {
    const parser = serial.getMsgparser();
    this.serial = serial;
    this.format = parser.lookupCommand(format);
    parser.lookupCommand(responseFormat);
    this.responseName = responseFormat.split(/\s+/)[0]!;
    this.oid = options.oid;
    this.queue = options.cq ?? serial.getDefaultCommandQueue();
    this.isAsync = options.isAsync ?? false;
  }

  /** Asks and resumes with the fields of the answer. @throws CommandError "Unable to obtain '…' response". */
  async send(args: CommandArgs = [], options: QueryOptions = {}): Promise<MessageParams> {
    return this.exchange([this.format.encode(args)], options);
  }

  /** As `send`, with another command before it in the same queue. */
  async sendWithPreface(
    preface: CommandWrapper,
    prefaceArgs: CommandArgs = [],
    args: CommandArgs = [],
    options: QueryOptions = {},
  ): Promise<MessageParams> {
    return this.exchange([preface.encode(prefaceArgs), this.format.encode(args)], options);
  }

  private async exchange(commands: Uint8Array[], options: QueryOptions): Promise<MessageParams> {
    const minclock = options.minclock ?? 0;
    const reqclock = Math.max(minclock, options.reqclock ?? 0);
    const retry = options.retry ?? true;
    const Exchange = this.isAsync ? RetryAsyncCommand : SerialRetryCommand;
    const exchange = new Exchange(this.serial, this.responseName, this.oid);
    try {
      return await exchange.getResponse(commands, this.queue, minclock, reqclock, retry);
    } catch (error) {
      if (error instanceof TransportError) throw new CommandError(error.message);
      throw error;
    }
  }
}

/** Seconds for which, and after which, an asynchronous query is repeated. */
const ASYNC_TIMEOUT_SECONDS = 5;
const ASYNC_RETRY_SECONDS = 0.5;

/** A query whose answer comes some time after the acknowledge (TMC UART, long transfers). */
class RetryAsyncCommand {
  private readonly serial: SerialReader;
  private readonly name: string;
  private readonly oid: number | undefined;
  private readonly completion: Completion<MessageParams>;
  private minQueryTime: number;
  private needResponse = true;

  constructor(serial: SerialReader, name: string, oid?: number) {
    this.serial = serial;
    this.name = name;
    this.oid = oid;
    const reactor = serial.getReactor();
    this.completion = reactor.completion<MessageParams>();
    this.minQueryTime = reactor.monotonic();
    serial.registerResponse((params) => this.handleCallback(params), name, oid);
  }

  async getResponse(commands: Uint8Array[], queue: CommandQueue, minclock: number, reqclock: number, retry: boolean): Promise<MessageParams> {
    const reactor = this.serial.getReactor();
    const command = commands[0]!;
    await this.serial.rawSendWaitAck(command, minclock, reqclock, queue);
    this.minQueryTime = 0;
    let queryTime = reactor.monotonic();
    const timeoutTime = queryTime + (retry ? ASYNC_TIMEOUT_SECONDS : 0);
    for (;;) {
      const params = await this.completion.wait(queryTime + ASYNC_RETRY_SECONDS);
      if (params !== undefined && params !== null) {
        this.serial.registerResponse(undefined, this.name, this.oid);
        return params;
      }
      queryTime = reactor.monotonic();
      if (queryTime > timeoutTime) {
        this.serial.registerResponse(undefined, this.name, this.oid);
        throw new TransportError(`Timeout on wait for '${this.name}' response`);
      }
      this.serial.rawSend(command, minclock, minclock, queue);
    }
  }

  private handleCallback(params: MessageParams): void {
    if (this.needResponse && (params["#sent_time"] as number) >= this.minQueryTime) {
      this.needResponse = false;
      this.serial.getReactor().asyncComplete(this.completion, params);
    }
  }
}

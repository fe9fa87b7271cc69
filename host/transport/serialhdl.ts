/**
 * A session with one micro-controller: opens the port, reads the data dictionary, then sends commands and
 * hands each message to the handler registered for its name and oid. Handlers run as the bytes arrive, beside
 * the reactor: they must not pause, and wake the reactor with asyncComplete.
 */
import { TransportError } from "../errors.js";
import type { LogLevel } from "../observer.js";
import type { Completion } from "../reactor/completion.js";
import type { Reactor } from "../reactor/reactor.js";
import { MessageParser, type MessageParams } from "../wire/index.js";
import { CommandQueue } from "./command-queue.js";
import type { Port, PortOpener } from "./port.js";
import { SerialQueue } from "./serialqueue.js";
import { leaveStk500v2 } from "./stk500v2.js";

/** Receives the fields of one message, with `#name`, `#sent_time` and `#receive_time` (s). */
export type ResponseHandler = (params: MessageParams) => void;

/** Times of the block that carried a command: sent (end of transmission; 0 when repeated) and acknowledged (s). */
export interface AckTimes {
  "#sent_time": number;
  "#receive_time": number;
}

export interface SerialReaderOptions {
  /** Put before log lines and errors: "mcu 'mcu': ". */
  warnPrefix: string;
  log(level: LogLevel, message: string): void;
  /** True while the MCU is known to be away: every send is refused. */
  isDisconnected?(): boolean;
}

const OPEN_TIMEOUT_SECONDS = 90;
const OPEN_RETRY_SECONDS = 5;
const IDENTIFY_TIMEOUT_SECONDS = 5;
const IDENTIFY_CHUNK_BYTES = 40;

/** Kalico's SerialReader. */
export class SerialReader {
  private readonly reactor: Reactor;
  private readonly warnPrefix: string;
  private readonly log: (level: LogLevel, message: string) => void;
  private readonly isDisconnected: () => boolean;
  private readonly defaultCommandQueue = new CommandQueue();
  private readonly handlers = new Map<string, Map<number | undefined, ResponseHandler>>();
  private msgparser = new MessageParser();
  private isIdentified = false;
  private opener: PortOpener | undefined;
  private port: Port | undefined;
  private serialQueue: SerialQueue | undefined;
  /** A message that cannot be parsed ends the reader of its session: from then on the host is deaf. */
  private isDeaf = false;
  private lastNotifyId = 0;
  private readonly pendingNotifications = new Map<number, Completion<AckTimes | null>>();

  constructor(reactor: Reactor, options: SerialReaderOptions) {
    this.reactor = reactor;
    this.warnPrefix = options.warnPrefix;
    this.log = (level, message) => options.log(level, message);
    this.isDisconnected = () => options.isDisconnected?.() ?? false;
  }

  getReactor(): Reactor {
    return this.reactor;
  }

  getMsgparser(): MessageParser {
    return this.msgparser;
  }

  /** The transmit queue of the session; undefined while there is none. */
  getSerialQueue(): SerialQueue | undefined {
    return this.serialQueue;
  }

  getDefaultCommandQueue(): CommandQueue {
    return this.defaultCommandQueue;
  }

  allocCommandQueue(): CommandQueue {
    return new CommandQueue();
  }

  // ---- session ----

  /**
   * Opens the port and identifies the firmware, again and again for 90 s.
   * @param line level of the RTS line, and the speed of a serial line (undefined: the port is a pipe)
   * @throws TransportError "…Unable to connect"
   */
  async connect<Section>(
    opener: PortOpener<Section>,
    mcuName: string,
    config: Section,
    line: { rts: boolean; baud?: number | undefined } = { rts: true },
  ): Promise<void> {
    this.log("info", `${this.warnPrefix}Starting ${line.baud === undefined ? "connect" : "serial connect"}`);
    const startTime = this.reactor.monotonic();
    while (this.serialQueue === undefined) {
      if (this.reactor.monotonic() > startTime + OPEN_TIMEOUT_SECONDS) this.fail("Unable to connect");
      let port: Port;
      try {
        port = opener.openPort(mcuName, config, { rts: line.rts });
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        this.log("warning", `${this.warnPrefix}Unable to open serial port: ${error.message}`);
        await this.reactor.pause(this.reactor.monotonic() + OPEN_RETRY_SECONDS);
        continue;
      }
      if (line.baud !== undefined && port.setBaud !== undefined) await leaveStk500v2(port, this.reactor, line.baud);
      if (await this.startSession(port, opener as PortOpener, mcuName)) break;
    }
  }

  private async startSession(port: Port, opener: PortOpener, mcuName: string): Promise<boolean> {
    this.port = port;
    this.opener = opener;
    this.isDeaf = false;
    this.isIdentified = false;
    const serialQueue = new SerialQueue({
      name: `serialqueue ${mcuName}`,
      clock: this.reactor,
      port,
      receiver: {
        onMessage: (buffer, start, end, sentTime, receiveTime) =>
          this.handleMessage(serialQueue, buffer, start, end, sentTime, receiveTime),
        onNotify: (id, sentTime, receiveTime) => this.handleNotify(serialQueue, id, sentTime, receiveTime),
      },
    });
    this.serialQueue = serialQueue;
    opener.addParticipant(serialQueue);
    const identify = this.reactor.registerCallback(() => this.readDictionary());
    const dictionary = await identify.wait(this.reactor.monotonic() + IDENTIFY_TIMEOUT_SECONDS);
    if (dictionary === undefined || dictionary === null) {
      this.log("info", `${this.warnPrefix}Timeout on connect`);
      this.disconnect();
      return false;
    }
    const parser = new MessageParser();
    parser.processIdentify(dictionary);
    this.msgparser = parser;
    this.isIdentified = true;
    const constants = parser.getConstants();
    if (constants.SERIAL_BAUD !== undefined) serialQueue.setWireFrequency(parser.getConstantFloat("SERIAL_BAUD"));
    if (constants.RECEIVE_WINDOW !== undefined) serialQueue.setReceiveWindow(Number(constants.RECEIVE_WINDOW));
    return true;
  }

  /** The compressed data dictionary, in chunks of 40 bytes until an empty one; null when the MCU does not answer. */
  private async readDictionary(): Promise<Uint8Array | null> {
    const chunks: Uint8Array[] = [];
    let offset = 0;
    for (;;) {
      let params: MessageParams;
      try {
        params = await this.sendWithResponse(`identify offset=${offset} count=${IDENTIFY_CHUNK_BYTES}`, "identify_response");
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        this.log("error", `${this.warnPrefix}Wait for identify_response: ${error.message}`);
        return null;
      }
      if (params.offset !== offset) continue;
      const data = params.data as Uint8Array;
      if (data.length === 0) return joined(chunks, offset);
      chunks.push(data.slice());
      offset += data.length;
    }
  }

  /** Ends the session; whoever waits for an acknowledge gets "Serial connection closed". */
  disconnect(): void {
    if (this.serialQueue !== undefined) {
      // What is due leaves before the line is given up, such as an emergency stop of this very instant.
      this.serialQueue.run(this.reactor.monotonic());
      this.serialQueue.exit();
      this.opener?.removeParticipant(this.serialQueue);
      this.serialQueue = undefined;
    }
    this.port?.close();
    this.port = undefined;
    const pending = [...this.pendingNotifications.values()];
    this.pendingNotifications.clear();
    for (const completion of pending) completion.complete(null);
  }

  // ---- sending ----

  /** Queues an encoded command; ignored without a session. @throws TransportError while the MCU is away */
  rawSend(command: Uint8Array, minclock: number, reqclock: number, queue: CommandQueue): void {
    this.checkPresent();
    if (this.serialQueue === undefined) return;
    this.serialQueue.send(queue, command, minclock, reqclock);
    // After the end of the reactor nobody drives the queue any more: last commands (reset) leave right here.
    if (!this.reactor.isRunning()) this.serialQueue.run(this.reactor.monotonic());
  }

  /** As `rawSend`, and resumes with the acknowledge; undefined without a session. @throws TransportError "…Serial connection closed" */
  async rawSendWaitAck(command: Uint8Array, minclock: number, reqclock: number, queue: CommandQueue): Promise<AckTimes | undefined> {
    this.checkPresent();
    if (this.serialQueue === undefined) return undefined;
    const id = ++this.lastNotifyId;
    const completion = this.reactor.completion<AckTimes | null>();
    this.pendingNotifications.set(id, completion);
    this.serialQueue.send(queue, command, minclock, reqclock, id);
    const times = await completion.wait();
    if (times === undefined || times === null) return this.fail("Serial connection closed");
    return times;
  }

  /** Queues a command in text form. @throws ProtocolError when it does not fit the dictionary */
  send(text: string, minclock = 0, reqclock = 0): void {
    this.rawSend(this.msgparser.createCommand(text), minclock, reqclock, this.defaultCommandQueue);
  }

  /** Sends a command in text form and resumes with the message of name `response`. @throws TransportError */
  async sendWithResponse(text: string, response: string): Promise<MessageParams> {
    const command = this.msgparser.createCommand(text);
    const exchange = new SerialRetryCommand(this, response);
    return exchange.getResponse([command], this.defaultCommandQueue);
  }

  private checkPresent(): void {
    if (this.isDisconnected()) this.fail("non-critical MCU is disconnected");
  }

  private fail(message: string): never {
    throw new TransportError(this.warnPrefix + message);
  }

  // ---- receiving ----

  /** Sets the handler of a message, of one oid or (no oid) of messages without one; undefined removes it. */
  registerResponse(handler: ResponseHandler | undefined, name: string, oid?: number): void {
    let byOid = this.handlers.get(name);
    if (byOid === undefined) this.handlers.set(name, (byOid = new Map()));
    if (handler === undefined) byOid.delete(oid);
    else byOid.set(oid, handler);
  }

  private handleNotify(queue: SerialQueue, id: number, sentTime: number, receiveTime: number): void {
    if (this.isDeaf || queue !== this.serialQueue) return;
    const completion = this.pendingNotifications.get(id);
    if (completion === undefined) return;
    this.pendingNotifications.delete(id);
    this.reactor.asyncComplete(completion, { "#sent_time": sentTime, "#receive_time": receiveTime });
  }

  private handleMessage(
    queue: SerialQueue,
    buffer: Uint8Array,
    start: number,
    end: number,
    sentTime: number,
    receiveTime: number,
  ): void {
    if (this.isDeaf || queue !== this.serialQueue) return;
    let params: MessageParams;
    try {
      params = this.msgparser.parse(buffer, start, end);
    } catch (error) {
      this.isDeaf = true;
      this.log("error", `${this.warnPrefix}Exception in serial reader, nothing more is received: ${String(error)}`);
      return;
    }
    params["#sent_time"] = sentTime;
    params["#receive_time"] = receiveTime;
    const name = params["#name"] as string;
    const handler = this.handlers.get(name)?.get(params.oid as number | undefined);
    try {
      if (handler !== undefined) handler(params);
      else this.handleDefault(name, params);
    } catch (error) {
      this.log("error", `${this.warnPrefix}Exception in serial callback: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }

  private handleDefault(name: string, params: MessageParams): void {
    const message = params["#msg"];
    if (name === "#unknown") {
      const id = String(params["#msgid"]);
      if (this.isIdentified) this.log("warning", `${this.warnPrefix}Unknown message type ${id}: ${hex(message)}`);
      else this.log("debug", `${this.warnPrefix}Unknown message ${id} while identifying`);
    } else if (name === "#output") {
      this.log("info", `${this.warnPrefix}${name}: ${String(message)}`);
    } else {
      this.log("warning", `${this.warnPrefix} got ${describe(params)}`);
    }
  }

  // ---- statistics ----

  stats(_eventTime: number): string {
    return this.serialQueue?.stats() ?? "";
  }

  /** Statistics and the last blocks in both directions, for the log after a shutdown. */
  dumpDebug(): string {
    const queue = this.serialQueue;
    if (queue === undefined) return "Dumping serial stats: ";
    const { sent, received } = queue.recentBlocks();
    const lines = [`Dumping serial stats: ${queue.stats()}`, `Dumping send queue ${sent.length} messages`];
    sent.forEach((block, index) => {
      lines.push(`Sent ${index} ${block.receiveTime.toFixed(6)} ${block.sentTime.toFixed(6)} ${block.payload.length + 5}: ${hex(block.payload)}`);
    });
    lines.push(`Dumping receive queue ${received.length} messages`);
    received.forEach((block, index) => {
      const text = describe(this.msgparser.parse(block.payload, 0, block.payload.length));
      lines.push(`Receive: ${index} ${block.receiveTime.toFixed(6)} ${block.sentTime.toFixed(6)} ${block.payload.length + 5}: ${text}`);
    });
    return lines.join("\n");
  }
}

/** Pauses before the repeats of a query whose answer did not come with its acknowledge (s). */
const QUERY_RETRIES = 5;
const QUERY_RETRY_SECONDS = 0.01;

/** A query whose answer precedes the acknowledge of its block; repeated after 10, 20, 40, 80 and 160 ms. */
export class SerialRetryCommand {
  private readonly serial: SerialReader;
  private readonly name: string;
  private readonly oid: number | undefined;
  private lastParams: MessageParams | undefined;

  constructor(serial: SerialReader, name: string, oid?: number) {
    this.serial = serial;
    this.name = name;
    this.oid = oid;
    serial.registerResponse((params) => (this.lastParams = params), name, oid);
  }

  /** Sends the commands (the last one has the answer). @throws TransportError "Unable to obtain '…' response" */
  async getResponse(commands: readonly Uint8Array[], queue: CommandQueue, minclock = 0, reqclock = 0, retry = true): Promise<MessageParams> {
    const { serial } = this;
    const reactor = serial.getReactor();
    let retries = retry ? QUERY_RETRIES : 0;
    let delay = QUERY_RETRY_SECONDS;
    for (;;) {
      for (const command of commands.slice(0, -1)) serial.rawSend(command, minclock, reqclock, queue);
      await serial.rawSendWaitAck(commands.at(-1)!, minclock, reqclock, queue);
      const params = this.lastParams;
      if (params !== undefined) {
        serial.registerResponse(undefined, this.name, this.oid);
        return params;
      }
      if (retries <= 0) {
        serial.registerResponse(undefined, this.name, this.oid);
        throw new TransportError(`Unable to obtain '${this.name}' response`);
      }
      await reactor.pause(reactor.monotonic() + delay);
      retries--;
      delay *= 2;
    }
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

function hex(data: unknown): string {
  return data instanceof Uint8Array ? Buffer.from(data).toString("hex") : String(data);
}

function describe(params: MessageParams): string {
  const fields = Object.entries(params).filter(([key]) => !key.startsWith("#"));
  return [String(params["#name"]), ...fields.map(([key, value]) => `${key}=${hex(value)}`)].join(" ");
}

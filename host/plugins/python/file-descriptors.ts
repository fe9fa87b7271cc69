/**
 * `reactor.register_fd` for Python plugins: descriptors of the Python process. They are looked at in a pass of the
 * reactor after Python has run, and at a fixed period while a process that the plugin started is alive; so
 * with pipes inside the plugin the order repeats exactly.
 */
import type { Reactor, Timer } from "../../reactor/reactor.js";
import { membraneOf } from "../membrane.js";
import type { PythonBridge } from "./bridge.js";

/** Handle of the Python side's control object. */
const CONTROL = 1;
/** Event time between two looks, seconds. */
const PERIOD = 0.01;

type FdCallback = (eventTime: number) => unknown;

/** A registered descriptor, as `register_fd` returns it. */
class ReactorFileHandler {
  readonly fd: number;
  readonly readCallback: FdCallback | null;
  readonly writeCallback: FdCallback | null;
  isReadable = true;
  isWriteable = false;
  /** A callback of it has not come back yet. */
  busy = false;

  constructor(fd: number, readCallback: FdCallback | null, writeCallback: FdCallback | null) {
    this.fd = fd;
    this.readCallback = readCallback;
    this.writeCallback = writeCallback;
  }

  fileno(): number {
    return this.fd;
  }
}

/** The descriptors of one life of the host. */
class FileDescriptors {
  readonly #reactor: Reactor;
  readonly #bridge: PythonBridge;
  readonly #handlers: ReactorFileHandler[] = [];
  readonly #timer: Timer;
  #looked = -1;
  #processes = 0;

  constructor(reactor: Reactor, bridge: PythonBridge) {
    this.#reactor = reactor;
    this.#bridge = bridge;
    this.#timer = reactor.registerTimer((eventTime) => this.#look(eventTime));
  }

  register(fd: number, readCallback: FdCallback | null, writeCallback: FdCallback | null): ReactorFileHandler {
    const handler = new ReactorFileHandler(fd, readCallback, writeCallback);
    this.#handlers.push(handler);
    this.#reactor.updateTimer(this.#timer, this.#reactor.NOW);
    return handler;
  }

  unregister(handler: ReactorFileHandler): void {
    const at = this.#handlers.indexOf(handler);
    if (at >= 0) this.#handlers.splice(at, 1);
  }

  #look(eventTime: number): number {
    const { NEVER } = this.#reactor;
    const wanted = this.#handlers.filter((handler) => !handler.busy && (handler.isReadable || handler.isWriteable));
    if (this.#handlers.length === 0) return NEVER;
    if (wanted.length === 0 || (this.#looked === this.#bridge.messages && this.#processes === 0)) return eventTime + PERIOD;
    const asked = wanted.map(({ fd, isReadable, isWriteable }) => [fd, isReadable, isWriteable]);
    const { ready, processes } = this.#bridge.call(CONTROL, "poll", [asked]) as { ready: [number, boolean, boolean][]; processes: number };
    this.#processes = processes;
    this.#looked = this.#bridge.messages;
    for (const [fd, readable, writeable] of ready) {
      const handler = wanted.find((one) => one.fd === fd)!;
      if (readable && handler.readCallback !== null) this.#run(handler, handler.readCallback);
      if (writeable && handler.writeCallback !== null) this.#run(handler, handler.writeCallback);
    }
    return eventTime + PERIOD;
  }

  #run(handler: ReactorFileHandler, callback: FdCallback): void {
    handler.busy = true;
    this.#reactor.registerCallback(async (eventTime) => {
      // Unregistered by an earlier callback of the same pass.
      if (!this.#handlers.includes(handler)) return;
      try {
        await callback(eventTime);
      } finally {
        handler.busy = false;
      }
    });
  }
}

/** Makes the functions known to a bridge. */
export function defineFileDescriptors(bridge: PythonBridge): void {
  const lives = new WeakMap<Reactor, FileDescriptors>();
  const of = (reactor: Reactor): FileDescriptors => {
    let found = lives.get(reactor);
    if (found === undefined) lives.set(reactor, (found = new FileDescriptors(reactor, bridge)));
    return found;
  };
  const call = (reactor: Reactor, member: string, args: unknown[], fn: (...args: any[]) => unknown): unknown => {
    const membrane = membraneOf(reactor);
    return membrane === undefined ? fn(reactor, ...args) : membrane.callOut("reactor", member, fn, [reactor, ...args]);
  };
  bridge.define("registerFd", (reactor: Reactor, fd: number, read: FdCallback | null, write: FdCallback | null) =>
    call(reactor, "registerFd", [fd, read, write], (host: Reactor, ...rest: [number, FdCallback | null, FdCallback | null]) => of(host).register(...rest)));
  bridge.define("setFdWake", (reactor: Reactor, handler: ReactorFileHandler, isReadable: boolean, isWriteable: boolean) =>
    call(reactor, "setFdWake", [handler], (_host: Reactor, one: ReactorFileHandler) => {
      one.isReadable = isReadable;
      one.isWriteable = isWriteable;
    }));
  bridge.define("unregisterFd", (reactor: Reactor, handler: ReactorFileHandler) =>
    call(reactor, "unregisterFd", [handler], (host: Reactor, one: ReactorFileHandler) => of(host).unregister(one)));
}

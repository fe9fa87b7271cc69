/**
 * The bridge between the host and the Python plugins of one CPython process.
 *
 * A *task* is one call into Python. While its Python code runs, `#serve` answers its requests; a request whose
 * answer is a promise (reactor.pause, a move that waits …) parks the task, and the call into Python becomes a
 * promise too. When the answer is there, the task gets the baton back. Calls nest to any depth and any number
 * of tasks may be parked; the Python side gives each a thread and lets one run at a time.
 *
 * To Python:   ["C", task, now, handle, method | null, args, form]   call
 *              ["R", task, now, value] · ["E", task, now, error]      answer to the task's request
 * From Python: ["r", task, value, work] · ["e", task, error, work]    the call is over
 *              ["c", task, handle, member, args, work]                call a member of a host object ("" : itself)
 *              ["g", task, handle, member, work] · ["s", task, handle, member, value, work]
 *              ["x", task, function, args, work]                      call a function of the bridge
 * `work` is what Python did since its last message: see `PythonWork`.
 */
import { ABSENT, decodeLine, encode, type Tagged } from "./codec.js";
import { isFloatArgument } from "./python-arguments.js";
import { describeError, errorFromPython } from "./python-error.js";
import { pythonFunction, pythonObject, type PythonObjects } from "./python-object.js";
import type { PythonProcess } from "./python-process.js";

/** What the plugin did since the last message: all fields are optional. */
export interface PythonWork {
  /** Bytecodes of the plugin's own code. */
  g?: number;
  /** Blocking calls: seconds on the reference host, what it was, and whether it waited for a file. */
  b?: [seconds: number, what: string, kind?: "file"][];
  /** File and line of the plugin where it is now. */
  p?: [file: string, line: number];
  /** Files, sockets, processes, threads …: kind, detail, file, line. */
  fx?: [kind: string, detail: string, file: string, line: number][];
  /** Containers of a status that the plugin changed after it had returned them: class of the object, path. */
  sm?: [className: string, path: string][];
  /** Text that the plugin printed. */
  o?: string;
  /** Handles of the host's that Python no longer holds: id and how often it was sent. */
  d?: [id: number, times: number][];
}

export interface BridgeOptions {
  process: PythonProcess;
  /** Event time, seconds: what Python's clocks show while it runs. */
  now(): number;
  onWork?(work: PythonWork): void;
}

type BridgeFunction = (...args: any[]) => unknown;

interface HostHandle {
  object: object;
  sent: number;
}

interface Task {
  readonly id: number;
  /** Set when the call had to become a promise. */
  settle: { resolve(value: unknown): void; reject(error: unknown): void } | undefined;
}

const DONE = Symbol("done");

/** Handle of the object of the Python side that carries out what this side asks (`world.py`). */
export const CONTROL = 1;

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  (typeof value === "object" || typeof value === "function") && value !== null && typeof (value as { then?: unknown }).then === "function";

const asError = (value: unknown): Error => (value instanceof Error ? value : new Error(String(value)));

export class PythonBridge implements PythonObjects {
  readonly #options: BridgeOptions;
  readonly #process: PythonProcess;
  readonly #handles = new Map<number, HostHandle>();
  readonly #idOf = new WeakMap<object, number>();
  /** Python objects by handle, and the handle behind each of their proxies. */
  #pythonObjects = new Map<number, object>();
  #kept: ReadonlyMap<number, object> = new Map();
  readonly #pythonIds = new WeakMap<object, number>();
  readonly #functions = new Map<string, BridgeFunction>();
  #nextHandle = 1;
  #nextTask = 1;
  #place: [string, number] | undefined;
  /** Calls into Python whose code runs right now; the last one has the baton. */
  #depth = 0;
  /** Round trips made, for measurements. */
  messages = 0;

  constructor(options: BridgeOptions) {
    this.#options = options;
    this.#process = options.process;
  }

  /** Makes a function that Python code of the bridge can call by name. */
  define(name: string, fn: BridgeFunction): void {
    this.#functions.set(name, fn);
  }

  /** Where the plugin is while it calls the host; undefined outside. */
  get place(): { file: string; line: number } | undefined {
    return this.#depth > 0 && this.#place !== undefined ? { file: this.#place[0], line: this.#place[1] } : undefined;
  }

  // ---- calls into Python ----

  /** Calls a Python callable or method: its value, or a promise when it had to wait. Throws what it raises. */
  call(id: number, method: string | null, args: readonly unknown[], form: "plain" | "typed" | "get" | "set" = "plain"): unknown {
    const task: Task = { id: this.#nextTask++, settle: undefined };
    const text = args.map((arg, index) => encode(arg, this, isFloatArgument(id, method, index, arg))).join(",");
    return this.#run(task, `["C",${task.id},${this.#now()},${id},${method === null ? "null" : JSON.stringify(method)},[${text}],"${form}"]`);
  }

  get(id: number, member: string): unknown {
    return this.call(id, member, [], "get");
  }

  set(id: number, member: string, value: unknown): void {
    this.call(id, member, [value], "set");
  }

  #now(): string {
    return String(this.#options.now());
  }

  /** Hands the baton to a task and serves it; its value, or a promise once it has parked. */
  #run(task: Task, line: string): unknown {
    let outcome: { [DONE]: unknown } | undefined;
    try {
      outcome = this.#serve(task, line);
    } catch (error) {
      if (task.settle === undefined) throw error;
      task.settle.reject(error);
      return undefined;
    }
    if (outcome !== undefined) {
      if (task.settle === undefined) return outcome[DONE];
      task.settle.resolve(outcome[DONE]);
      return undefined;
    }
    if (task.settle !== undefined) return undefined;
    return new Promise((resolve, reject) => {
      task.settle = { resolve, reject };
    });
  }

  /** Answers the task's requests until its call is over (its value) or it has parked (undefined). */
  #serve(task: Task, line: string): { [DONE]: unknown } | undefined {
    this.#depth += 1;
    try {
      for (let next: string | undefined = line; next !== undefined; ) {
        this.#process.send(next);
        const message = decodeLine(this.#process.receive(), this);
        this.messages += 1;
        const kind = message[0] as string;
        this.#note(message.at(-1) as PythonWork);
        if (kind === "r") return { [DONE]: message[2] };
        if (kind === "e") throw message[2];
        if (message[1] !== task.id) throw new Error(`Task ${String(message[1])} spoke in the turn of task ${task.id}`);
        next = this.#answer(task, message);
      }
      return undefined;
    } finally {
      this.#depth -= 1;
    }
  }

  #note(work: PythonWork | 0): void {
    if (work === 0) return;
    if (work.p !== undefined) this.#place = work.p;
    for (const [id, times] of work.d ?? []) this.#release(id, times);
    this.#options.onWork?.(work);
  }

  /** Carries out a request; the line of the answer, or undefined when the task has to wait for it. */
  #answer(task: Task, message: unknown[]): string | undefined {
    try {
      const result = this.#request(message);
      if (!isThenable(result)) return this.#reply(task, result);
      result.then(
        (value) => this.#run(task, this.#reply(task, value)),
        (error: unknown) => this.#run(task, this.#failure(task, error)),
      );
      return undefined;
    } catch (error) {
      return this.#failure(task, error);
    }
  }

  #reply(task: Task, value: unknown): string {
    return `["R",${task.id},${this.#now()},${encode(value, this)}]`;
  }

  #failure(task: Task, error: unknown): string {
    return `["E",${task.id},${this.#now()},${this.error(asError(error))}]`;
  }

  #request(message: unknown[]): unknown {
    switch (message[0]) {
      case "c": return this.#callHost(message[2] as object, message[3] as string, message[4] as unknown[]);
      case "g": return this.#get(message[2] as object, message[3] as string);
      case "s": return void Reflect.set(message[2] as object, message[3] as string, message[4]);
      case "h": return Reflect.has(message[2] as object, message[3] as string);
      case "x": {
        const fn = this.#functions.get(message[2] as string);
        if (fn === undefined) throw new Error(`The bridge has no function "${String(message[2])}"`);
        return fn(...(message[3] as unknown[]));
      }
      default: throw new Error(`Unknown message "${String(message[0])}" from Python`);
    }
  }

  #get(target: object, member: string): unknown {
    const value: unknown = Reflect.get(target, member);
    return value === undefined && !Reflect.has(target, member) ? ABSENT : value;
  }

  #callHost(target: object, member: string, args: unknown[]): unknown {
    const fn: unknown = member === "" ? target : Reflect.get(target, member);
    if (typeof fn !== "function") throw Object.assign(new Error(`'${target.constructor.name}' object has no attribute '${member}'`), { name: "AttributeError" });
    return Reflect.apply(fn as BridgeFunction, member === "" ? undefined : target, args);
  }

  // ---- handles (EncodeHandles, DecodeHandles) ----

  reference(value: object): string {
    const pythonId = this.#pythonIds.get(value);
    if (pythonId !== undefined) return `{"!":"p","i":${pythonId}}`;
    let id = this.#idOf.get(value);
    if (id === undefined) {
      id = this.#nextHandle++;
      this.#idOf.set(value, id);
    }
    const handle = this.#handles.get(id);
    if (handle === undefined) this.#handles.set(id, { object: value, sent: 1 });
    else handle.sent += 1;
    const name = typeof value === "function" ? "Function" : ((value.constructor as { name?: string } | undefined)?.name ?? "Object");
    return `{"!":"h","i":${id},"c":${JSON.stringify(name)}}`;
  }

  error(error: Error): string {
    const { kind, message, handle } = describeError(error);
    return `{"!":"e","k":${JSON.stringify(kind)},"m":${JSON.stringify(message)}${handle === undefined ? "" : `,"i":${handle}`}}`;
  }

  host(id: number): unknown {
    const handle = this.#handles.get(id);
    if (handle === undefined) throw new Error(`Python used handle ${id}, which was released`);
    return handle.object;
  }

  python(tagged: Tagged): unknown {
    const id = tagged["i"] as number;
    const known = this.#pythonObjects.get(id);
    if (known !== undefined) return known;
    const made = tagged["k"] === "f" ? pythonFunction(this, id, tagged["n"] as string) : pythonObject(this, id, tagged["n"] as string);
    this.#pythonObjects.set(id, made);
    this.#pythonIds.set(made, id);
    return made;
  }

  #release(id: number, times: number): void {
    const handle = this.#handles.get(id);
    if (handle === undefined) return;
    handle.sent -= times;
    if (handle.sent <= 0) this.#handles.delete(id);
  }

  /** From now on what crosses belongs to lives of the host, not to the process. Call it after the imports. */
  keepImports(): void {
    this.#kept = new Map(this.#pythonObjects);
    this.call(CONTROL, "keep_imports", []);
  }

  /**
   * A life of the host is over: Python objects that it held are let go, and with them what they held of the
   * host. Without this the printer and the plugin's object would keep each other alive through the bridge.
   */
  endLife(): void {
    this.#pythonObjects = new Map(this.#kept);
    for (const [id, times] of this.call(CONTROL, "end_life", []) as [number, number][]) this.#release(id, times);
  }

  /** Handles that Python holds. */
  get heldHandles(): number {
    return this.#handles.size;
  }

  exception(tagged: Tagged): Error {
    return errorFromPython(tagged);
  }

  close(): void {
    this.#process.close();
  }
}

/**
 * The plugin's process, seen from the harness. Host and plugin live in a process of their own with limits
 * of wall time, memory and output; whatever they do, `run` answers with evidence.
 */
import { execFile, fork, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { SessionEvidence } from "../../conformance/evidence.js";
import type { Scenario } from "../../conformance/scenario.js";
import { sayHome } from "./home-directory.js";
import { DIED_MARK, EXIT_MARK, OUTPUT_MARK, readBreadcrumb } from "./breadcrumb.js";
import { temporaryDirectory } from "../python/source-files.js";
import type { ImportOutcome } from "./subject.js";
import { sessionLimit } from "./session-limit.js";
import type { FromProcess, PluginLocation, RunChoices, SessionResult, ToProcess } from "./messages.js";

export interface ProcessLimits {
  /** Wall seconds for one session without work; its work adds to them (session-limit.ts). */
  wallSeconds: number;
  memoryMegabytes: number;
  outputBytes: number;
}

export const DEFAULT_LIMITS: ProcessLimits = { wallSeconds: 60, memoryMegabytes: 512, outputBytes: 2_000_000 };

/** What a process needs besides its JavaScript heap: code, stacks, the trace of a print, megabytes. */
const NATIVE_MEGABYTES = 256;
const MEMORY_POLL_MS = 250;

type Ending = { outcome: SessionEvidence["outcome"]; message: string };

const entry = fileURLToPath(new URL("./plugin-process-main.js", import.meta.url));

export class PluginProcess {
  readonly #location: PluginLocation | undefined;
  readonly #limits: ProcessLimits;
  readonly #directory = temporaryDirectory("run");
  #child: ChildProcess | undefined;
  #output = 0;
  #ending: Ending | undefined;
  /** Called with virtual seconds while a session runs. */
  onProgress: (sessionId: string, virtualSeconds: number) => void = () => undefined;

  constructor(location: PluginLocation | undefined, limits: ProcessLimits = DEFAULT_LIMITS) {
    this.#location = location;
    this.#limits = limits;
  }

  /** Wall seconds that a session without work may take. */
  get wallSeconds(): number {
    return this.#limits.wallSeconds;
  }

  get #breadcrumb(): string {
    return join(this.#directory, "last-call");
  }

  #start(): ChildProcess {
    if (this.#child !== undefined && this.#child.connected) return this.#child;
    this.#output = 0;
    this.#ending = undefined;
    const child = fork(entry, [this.#directory, JSON.stringify(this.#location ?? null), JSON.stringify(this.#limits)], {
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      execArgv: [`--max-old-space-size=${this.#limits.memoryMegabytes}`, "--expose-gc", "--no-warnings"],
      env: { PATH: process.env["PATH"] ?? "", HOME: this.#directory, TMPDIR: this.#directory },
      cwd: this.#directory,
    });
    let tail = "";
    const count = (data: Buffer): void => {
      this.#output += data.length;
      tail = (tail + data.toString("utf8")).slice(-4000);
      if (this.#output > this.#limits.outputBytes && this.#ending === undefined) {
        this.#ending = this.#printedTooMuch();
        child.kill("SIGKILL");
      }
    };
    this.#watchMemory(child);
    child.stdout?.on("data", count);
    child.stderr?.on("data", count);
    child.on("exit", (code, signal) => {
      const last = readBreadcrumb(this.#breadcrumb);
      this.#ending ??= last.startsWith(OUTPUT_MARK) ? this.#printedTooMuch() : /heap out of memory|Allocation failed/.test(tail) || code === 134 || signal === "SIGABRT"
        ? { outcome: "memory-limit", message: `used more than ${this.#limits.memoryMegabytes} MB` }
        : last.startsWith(DIED_MARK) ? diedEnding(last)
        : last.startsWith(EXIT_MARK) && (code !== null || this.#location?.python !== undefined)
          ? { outcome: "exited", message: `ended the process: ${last.slice(EXIT_MARK.length)}` }
          : { outcome: "crashed", message: `the process ended with ${signal ?? `code ${code}`}: ${tail.trim().split("\n").slice(-3).join(" | ").slice(0, 500)}` };
    });
    this.#child = child;
    return child;
  }

  #printedTooMuch(): Ending {
    return { outcome: "output-limit", message: `printed more than ${this.#limits.outputBytes} bytes` };
  }

  /** Buffers lie outside the heap that V8 limits: the whole process is watched too. */
  #watchMemory(child: ChildProcess): void {
    const limit = this.#limits.memoryMegabytes + NATIVE_MEGABYTES;
    const judge = (megabytes: number): void => {
      if (!(megabytes > limit) || this.#ending !== undefined) return;
      this.#ending = { outcome: "memory-limit", message: `used more than ${limit} MB in the whole process` };
      child.kill("SIGKILL");
    };
    const timer = setInterval(() => residentMegabytes(child.pid, judge), MEMORY_POLL_MS);
    timer.unref();
    child.once("exit", () => clearInterval(timer));
  }

  /** Sends one request and waits for its answer, the process's end, or the wall limit. */
  async #ask(request: ToProcess, wallSeconds = this.#limits.wallSeconds): Promise<FromProcess | Ending> {
    const child = this.#start();
    return new Promise((resolve) => {
      let settled = false;
      const finish = (answer: FromProcess | Ending): void => {
        if (settled) return;
        settled = true;
        clearTimeout(timer);
        child.off("message", onMessage);
        child.off("exit", onExit);
        resolve(answer);
      };
      const onMessage = (message: unknown): void => {
        const answer = message as FromProcess;
        if (answer.type === "progress") this.onProgress(answer.sessionId, answer.virtualSeconds);
        else finish(answer);
      };
      const onExit = (): void => {
        // The exit handler of #start runs first and knows why.
        this.#child = undefined;
        finish(this.#ending ?? { outcome: "crashed", message: "the process ended" });
      };
      const timer = setTimeout(() => {
        this.#ending ??= { outcome: "hung", message: `did not come to an end within ${wallSeconds} s${request.type === "run" && request.attached === undefined && wallSeconds > this.#limits.wallSeconds ? `, of which ${wallSeconds - this.#limits.wallSeconds} s for the work of this session` : ""}` };
        child.kill("SIGKILL");
      }, wallSeconds * 1000);
      child.on("message", onMessage);
      child.on("exit", onExit);
      child.send(request, (error) => {
        if (error !== null) finish(this.#ending ?? { outcome: "crashed", message: error.message });
      });
    });
  }

  /** Imports the plugin's modules, watched. */
  async import(): Promise<ImportOutcome> {
    const answer = await this.#ask({ type: "import" });
    if ("type" in answer && answer.type === "imported") return sayHome(answer, this.#directory);
    const message = "message" in answer ? answer.message : "no answer";
    const exited = "outcome" in answer && answer.outcome === "exited";
    return { import: { ok: false, error: message, ...(exited ? { exited: true } : {}), seconds: 0, heapBytes: 0, sideEffects: [] }, exports: {} };
  }

  /** Runs one scenario; never throws for what the plugin does. */
  async run(scenario: Scenario, sections: readonly string[], choices: RunChoices = {}): Promise<SessionResult> {
    const answer = await this.#ask({ type: "run", scenario, sections: [...sections], ...choices }, choices.attached?.maxSeconds ?? sessionLimit(scenario, this.#limits.wallSeconds));
    if ("type" in answer && answer.type === "result") return sayHome(answer.result, this.#directory);
    if ("type" in answer && answer.type === "failed") throw new Error(`The harness failed in scenario "${scenario.id}": ${answer.message}`);
    const ending = answer as Ending;
    if (ending.outcome === "hung") ending.message += this.#pythonHangPlace();
    return { ...lostSession(scenario), evidence: endedEvidence(scenario, ending, readBreadcrumb(this.#breadcrumb)) };
  }

  /** Where Python was when it hung, from the traceback that its watchdog left. */
  #pythonHangPlace(): string {
    const root = this.#location?.python === undefined ? undefined : this.#location.root;
    const log = join(this.#directory, "python", "python.log");
    if (root === undefined || !existsSync(log)) return "";
    const frames = [...readFileSync(log, "utf8").slice(-20_000).matchAll(/File "([^"]+)", line (\d+) in (\S+)/g)];
    const own = frames.find(([, file]) => file!.startsWith(root));
    return own === undefined ? "" : `; it was at ${relative(root, own[1]!)}:${own[2]} in ${own[3]}`;
  }

  /** Ends the process: the next session runs in a fresh one, with the plugin's modules imported anew. */
  async renew(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    this.#ending ??= { outcome: "exited", message: "renewed" };
    const gone = new Promise<void>((resolve) => { child.once("exit", () => resolve()); });
    child.kill("SIGKILL");
    await gone;
    this.#child = undefined;
  }

  /** Ends the process and removes its directory. */
  close(): void {
    this.#ending ??= { outcome: "exited", message: "closed" };
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** The end of the plugin's own interpreter, as its process noted it. */
function diedEnding(note: string): Ending {
  const [, outcome, message] = /^([a-z-]+):(.*)$/s.exec(note.slice(DIED_MARK.length)) ?? [];
  return { outcome: outcome === "memory-limit" ? "memory-limit" : "crashed", message: `the Python process ended: ${message ?? note}` };
}

/** Megabytes of memory that a process holds, from /proc or else from ps; no answer when neither knows. */
function residentMegabytes(pid: number | undefined, answer: (megabytes: number) => void): void {
  if (pid === undefined) return;
  const status = `/proc/${pid}/status`;
  try {
    if (existsSync("/proc/self/status")) answer(Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(status, "utf8"))?.[1]) / 1024);
    else execFile("ps", ["-o", "rss=", "-p", String(pid)], (error, stdout) => { if (error === null) answer(Number(stdout) / 1024); });
  } catch {
    // The process has just ended.
  }
}

/** Result of a session that was not run, since the plugin's process does not survive. */
export function lostSession(scenario: Scenario): SessionResult {
  return { evidence: endedEvidence(scenario, { outcome: "crashed", message: "was not run: the plugin's process had died before" }, ""), schema: [], commands: [], configUse: [], loaded: [], badSettings: [], published: { objects: {}, eventTime: 0 } };
}

/** Evidence of a session that did not live to tell. */
function endedEvidence(scenario: Scenario, ending: Ending, lastCall: string): SessionEvidence {
  return {
    id: scenario.id, scenario, outcome: ending.outcome, state: "lost", message: ending.message, virtualSeconds: 0,
    ...(lastCall === "" ? {} : { lastCall: lastCall.replace(EXIT_MARK, "").replace(OUTPUT_MARK, "") }),
    log: [], events: [], responses: [], contract: [], callbacks: [], calls: [], accesses: [], status: [], statusMutations: [], objects: [], statsAttribute: [], leftovers: [], zombies: [], lives: [], sideEffects: [], gcodeProbes: [],
  };
}

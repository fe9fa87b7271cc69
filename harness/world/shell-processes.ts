/**
 * Programs of the machine for `[gcode_shell_command]`, where the user allows them. In real time a program runs beside the printer; in virtual time the
 * run stands still until it has ended, and it takes no time. Each gets a process group of its own, which ends with it: nothing that a command
 * leaves behind lives on. Standard input is empty.
 */
import { spawn, spawnSync } from "node:child_process";
import type { ShellPort } from "../../host/modules/gcode-shell-command.js";
import type { RealtimeWorld } from "./realtime-world.js";

/** Bytes that one command may write. */
export const OUTPUT_LIMIT = 1024 * 1024;

/** Ends a process group, as far as there is something left of it. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined || pid <= 0) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const noProgram = (): Error => new Error("the command is empty");

/** For virtual time: the run waits. */
export const waitingShell: ShellPort = {
  environment: process.env,
  start(words, timeout, tell) {
    const done = (): void => undefined;
    const [program, ...rest] = words;
    if (program === undefined) {
      tell({ kind: "failed", error: noProgram() });
      return done;
    }
    const options = { timeout: Math.ceil(timeout * 1000), maxBuffer: OUTPUT_LIMIT, killSignal: "SIGKILL" as const, detached: true, stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
    const result = spawnSync(program, rest, options);
    endGroup(result.pid);
    const code = (result.error as NodeJS.ErrnoException | undefined)?.code;
    if (result.error !== undefined && code !== "ETIMEDOUT" && code !== "ENOBUFS") {
      tell({ kind: "failed", error: result.error });
      return done;
    }
    tell({ kind: "started" });
    for (const bytes of [result.stdout, result.stderr]) if (bytes.length > 0) tell({ kind: "output", bytes });
    tell({ kind: code === "ETIMEDOUT" ? "timed out" : code === "ENOBUFS" ? "too much output" : "finished" });
    return done;
  },
};

/** For real time: programs beside the printer. `close` ends those that still run. */
export class ShellProcesses implements ShellPort {
  readonly environment = process.env;
  private readonly world: Pick<RealtimeWorld, "arrive">;
  private readonly running = new Set<() => void>();

  constructor(world: Pick<RealtimeWorld, "arrive">) {
    this.world = world;
  }

  start(words: readonly string[], _timeout: number, tell: Parameters<ShellPort["start"]>[2]): () => void {
    const [program, ...rest] = words;
    if (program === undefined) {
      tell({ kind: "failed", error: noProgram() });
      return () => undefined;
    }
    const child = spawn(program, rest, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let over = false;
    let bytesLeft = OUTPUT_LIMIT;
    const stop = (): void => {
      over = true;
      this.running.delete(stop);
      endGroup(child.pid);
    };
    const report = (event: Parameters<typeof tell>[0]): void => {
      if (!over) this.world.arrive(() => tell(event));
    };
    this.running.add(stop);
    child.on("spawn", () => report({ kind: "started" }));
    child.on("error", (error) => {
      report({ kind: "failed", error });
      this.running.delete(stop);
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (bytes: Buffer) => {
        bytesLeft -= bytes.length;
        report(bytesLeft >= 0 ? { kind: "output", bytes } : { kind: "too much output" });
        if (bytesLeft < 0) stop();
      });
    }
    child.on("exit", () => endGroup(child.pid));
    child.on("close", () => {
      report({ kind: "finished" });
      this.running.delete(stop);
    });
    return stop;
  }

  /** Ends everything that still runs. */
  close(): void {
    for (const stop of [...this.running]) stop();
  }
}

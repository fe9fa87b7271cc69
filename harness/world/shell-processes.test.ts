/** RUN_SHELL_COMMAND: what it says, in the words of a real Kalico, and what it may never do. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { ShellEvent } from "../../host/modules/gcode-shell-command.js";
import { runJob } from "./run-job.js";
import { OUTPUT_LIMIT, ShellProcesses, waitingShell } from "./shell-processes.js";

const directory = mkdtempSync(join(tmpdir(), "shell-processes-"));
afterAll(() => rmSync(directory, { recursive: true }));

async function run(sections: string, gcode: string, shell?: unknown): Promise<{ lines: string[]; state: string; message: string }> {
  const configFile = join(directory, "printer.cfg");
  writeFileSync(configFile, `[mcu]\nserial: /dev/ttyACM0\n[printer]\nkinematics: none\nmax_velocity: 300\nmax_accel: 3000\n${sections}`);
  const lines: string[] = [];
  const { state, message } = await runJob({
    configFile, board: "ideal", seed: 1, lines: gcode.split("\n"), startArgs: shell === undefined ? {} : { shell },
    observer: { onGcodeResponse: (line) => void lines.push(...line.split("\n")) },
  });
  return { lines: lines.filter((line) => /Command|^!!|^\/\/ \S/.test(line) && !line.includes("Klipper state")), state, message };
}

/** State of a process, empty when it is gone. */
function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return "";
  }
}

const section = (name: string, command: string, more = ""): string => `[gcode_shell_command ${name}]\ncommand: ${command}\n${more}`;

describe("RUN_SHELL_COMMAND", () => {
  it("starts nothing where the run does not allow it, says so, and goes on", async () => {
    const touched = join(directory, "touched");
    const { lines, state } = await run(section("mark", `touch ${touched}`), "RUN_SHELL_COMMAND CMD=mark");
    expect(existsSync(touched)).toBe(false);
    expect(lines).toEqual(['// Command {mark} was not run: programs of the machine are started by "kalico-hil run --allow-shell-commands" only']);
    expect(state).toBe("ready");
  });

  it("shows the output of a program between its start and its end", async () => {
    const config = section("hello", "echo hello world") + section("two words", "printf 'a\\n\\nb'") + section("quiet", "echo x", "verbose: False\n");
    const { lines } = await run(config, "RUN_SHELL_COMMAND CMD=hello PARAMS=\"x 'y z'\"\nRUN_SHELL_COMMAND CMD=words\nRUN_SHELL_COMMAND CMD=quiet", waitingShell);
    expect(lines).toEqual([
      "// Running Command {hello}...:", "// hello world x y z", "// Command {hello} finished",
      "// Running Command {words}...:", "// a", "// b", "// Command {words} finished",
    ]);
  });

  it("is no shell: pipes and signs are words", async () => {
    const { lines } = await run(section("pipe", "echo a | cat > /nowhere"), "RUN_SHELL_COMMAND CMD=pipe", waitingShell);
    expect(lines).toContain("// a | cat > /nowhere");
  });

  it("fails by message where there is no such program or command, and ends a program at its timeout", async () => {
    const config = section("missing", "/nonexistent/prog") + section("slow", "sh -c 'echo a; sleep 5; echo b'", "timeout: 0.2\n");
    expect((await run(config, "RUN_SHELL_COMMAND CMD=missing", waitingShell)).lines).toEqual(["!! Error running command {missing}"]);
    expect((await run(config, "RUN_SHELL_COMMAND CMD=nope", waitingShell)).lines).toEqual(["!! The value 'nope' is not valid for CMD"]);
    expect((await run(config, "RUN_SHELL_COMMAND CMD=slow", waitingShell)).lines).toEqual(["// Running Command {slow}...:", "// a", "// Command {slow} timed out"]);
  });

  it("ends the printer for a quote that is not closed, as Kalico does", async () => {
    expect((await run(section("open", "'x"), "", waitingShell)).message).toContain("No closing quotation");
    expect((await run(section("hello", "echo"), "RUN_SHELL_COMMAND CMD=hello PARAMS=\"'x\"", waitingShell)).state).toBe("shutdown");
  });
});

describe("a program beside the printer in real time", () => {
  /** Runs a program to its last event, as the command does. */
  async function follow(words: readonly string[]): Promise<ShellEvent[]> {
    const events: ShellEvent[] = [];
    const shell = new ShellProcesses({ arrive: (deliver) => deliver() });
    onTestFinished(() => shell.close());
    await new Promise<void>((done) => {
      shell.start(words, 2, (event) => {
        events.push(event);
        if (event.kind !== "started" && event.kind !== "output") done();
      });
    });
    return events;
  }

  it("is told from start to end, or as failed", async () => {
    const events = await follow(["sh", "-c", "echo out"]);
    expect(events.map(({ kind }) => kind)).toEqual(["started", "output", "finished"]);
    expect((await follow(["/nonexistent/prog"])).map(({ kind }) => kind)).toEqual(["failed"]);
    expect((await follow([])).map(({ kind }) => kind)).toEqual(["failed"]);
  });

  it("may write so much and no more", async () => {
    const events = await follow(["sh", "-c", "yes"]);
    expect(events.at(-1)).toEqual({ kind: "too much output" });
    const bytes = events.reduce((sum, event) => sum + (event.kind === "output" ? event.bytes.length : 0), 0);
    expect(bytes).toBeLessThanOrEqual(OUTPUT_LIMIT);
  });

  it("leaves nothing running behind it", async () => {
    const events = await follow(["sh", "-c", "sleep 30 & echo $!"]);
    const output = events.find((event) => event.kind === "output");
    const pid = Number(Buffer.from(output!.kind === "output" ? output!.bytes : []).toString());
    expect(pid).toBeGreaterThan(1);
    const gone = (): boolean => !existsSync(`/proc/${pid}`) || / Z /.test(statOf(pid));
    for (let i = 0; i < 100 && !gone(); i++) await new Promise((done) => setTimeout(done, 10));
    expect(gone()).toBe(true);
  });
});

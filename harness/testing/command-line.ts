/** Runs the built command line as a user does. `npm test` builds before it tests. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { repositoryRoot } from "./scratch-plugin.js";

const BIN = join(repositoryRoot, "dist/harness/cli/bin.js");

export interface CommandOutcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningCommand {
  child: ChildProcess;
  /** Resolves as soon as standard output or error has held the text. */
  said(text: string): Promise<void>;
  outcome: Promise<CommandOutcome>;
}

/** @param cwd where relative paths and counter-examples go */
export function startCommand(args: readonly string[], cwd: string): RunningCommand {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, CI: "1" } });
  let stdout = "";
  let stderr = "";
  const waiting: { text: string; resolve: () => void }[] = [];
  const check = (): void => {
    for (const wait of waiting) if (stdout.includes(wait.text) || stderr.includes(wait.text)) wait.resolve();
  };
  child.stdout.on("data", (data: Buffer) => { stdout += data.toString("utf8"); check(); });
  child.stderr.on("data", (data: Buffer) => { stderr += data.toString("utf8"); check(); });
  return {
    child,
    said: (text) => new Promise((resolve) => { waiting.push({ text, resolve }); check(); }),
    outcome: new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
    }),
  };
}

export const runCommandLine = (args: readonly string[], cwd: string): Promise<CommandOutcome> => startCommand(args, cwd).outcome;

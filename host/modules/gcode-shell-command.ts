/**
 * `[gcode_shell_command x]`: RUN_SHELL_COMMAND starts a program of the machine and waits for it. The host starts none by itself: it asks the
 * port that the run was given (`StartArgs.shell`). Without one the command says that it starts nothing, and why, and goes on.
 */
import type { ConfigSection } from "../config/config-section.js";
import { CommandError } from "../errors.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import type { Printer } from "../printer/printer-surface.js";
import { expandEnvironment, shellWords } from "./shell-words.js";

/** What becomes of a program. */
export type ShellEvent =
  | { kind: "started" }
  | { kind: "failed"; error: unknown }
  | { kind: "output"; bytes: Uint8Array }
  | { kind: "finished" | "timed out" | "too much output" };

/** Starts programs, for a host whose run allows it. Their output is bounded, and nothing of them outlives the run. */
export interface ShellPort {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `tell` may be called before this returns. `timeout`: seconds, for ports that wait here. Returns what ends the program. */
  start(words: readonly string[], timeout: number, tell: (event: ShellEvent) => void): () => void;
}

export class ShellCommand {
  readonly name: string;
  private readonly printer: Printer;
  private readonly gcode: GCodeDispatch;
  private readonly port: ShellPort | undefined;
  private readonly command: readonly string[];
  private readonly timeout: number;
  private readonly verbose: boolean;
  private toldWhy = false;

  constructor(config: ConfigSection) {
    this.name = config.getName().split(/\s+/).at(-1)!;
    this.printer = config.getPrinter();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    this.port = this.printer.getStartArgs()["shell"] as ShellPort | undefined;
    this.command = shellWords(expandEnvironment(config.get("command"), this.port?.environment ?? {}));
    this.timeout = config.getFloat("timeout", { default: 2, above: 0 });
    this.verbose = config.getBoolean("verbose", { default: true });
    this.gcode.registerMuxCommand("RUN_SHELL_COMMAND", "CMD", this.name, (gcmd) => this.run(gcmd), { desc: "Run a linux shell command" });
  }

  private async run(gcmd: GCodeCommand): Promise<void> {
    const words = [...this.command, ...shellWords(gcmd.get("PARAMS", { default: "" }))];
    if (this.port === undefined) this.tellWhyNot(gcmd);
    else await this.watch(this.port, words, gcmd);
  }

  private tellWhyNot(gcmd: GCodeCommand): void {
    if (this.toldWhy && !this.verbose) return;
    this.toldWhy = true;
    gcmd.respondInfo(`Command {${this.name}} was not run: programs of the machine are started by "kalico-hil run --allow-shell-commands" only`);
  }

  /** Starts the program and follows it to its end or to the timeout. */
  private async watch(port: ShellPort, words: readonly string[], gcmd: GCodeCommand): Promise<void> {
    const reactor = this.printer.getReactor();
    const events: ShellEvent[] = [];
    let arrived = reactor.completion<true>();
    const stop = port.start(words, this.timeout, (event) => {
      events.push(event);
      arrived.complete(true);
    });
    const deadline = reactor.monotonic() + this.timeout;
    const lines = new OutputLines((text) => this.say(gcmd, text));
    for (;;) {
      const event = events.shift();
      if (event === undefined) {
        arrived = reactor.completion<true>();
        if (await arrived.wait(deadline) !== true) {
          stop();
          events.push({ kind: "timed out" });
        }
      } else if (event.kind === "started") this.say(gcmd, `Running Command {${this.name}}...:`);
      else if (event.kind === "failed") {
        this.printer.log("error", `shell_command: Command {${this.name}} failed`, event.error);
        throw new CommandError(`Error running command {${this.name}}`);
      } else if (event.kind === "output") {
        // As in Kalico, output that is no UTF-8 ends the printer.
        try {
          lines.take(event.bytes);
        } catch (error) {
          reactor.registerCallback(() => { throw error as Error; });
        }
      } else {
        lines.end();
        this.say(gcmd, `Command {${this.name}} ${event.kind === "too much output" ? "stopped: too much output" : event.kind}`);
        return;
      }
    }
  }

  private say(gcmd: GCodeCommand, text: string): void {
    if (this.verbose) gcmd.respondInfo(text);
  }
}

/** Cuts bytes into whole lines. */
class OutputLines {
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  private partial = "";
  private readonly show: (text: string) => void;

  constructor(show: (text: string) => void) {
    this.show = show;
  }

  /** @throws TypeError for bytes that are no UTF-8 */
  take(bytes: Uint8Array): void {
    const text = this.partial + this.decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf("\n") + 1;
    this.partial = text.slice(end);
    if (end > 0) this.show(text.slice(0, end));
  }

  end(): void {
    if (this.partial !== "") this.show(this.partial);
    this.partial = "";
  }
}

export const loadConfigPrefix = (config: ConfigSection): ShellCommand => new ShellCommand(config);

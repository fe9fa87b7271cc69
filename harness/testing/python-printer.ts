/** A simulated printer with Python plugins in it, for tests: sources in, a world that has started out. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getStatusOf } from "../../host/printer/status.js";
import type { HostObserver } from "../../host/observer.js";
import type { ImportedPlugin } from "../../host/plugins/load-plugins.js";
import type { StartArgs } from "../../host/printer/printer-surface.js";
import { PythonHost, type PythonHostOptions } from "../../host/plugins/python/python-host.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { SimWorld } from "../world/sim-world.js";

export interface PythonPrinterOptions {
  /** Python files of the plugins by name: each `x.py` is an entry point `x`. */
  files: Readonly<Record<string, string>>;
  /** Sections added to the base printer. */
  config: string;
  /** Put a membrane between plugins and host. */
  watchPlugins?: boolean;
  observer?: HostObserver;
  /** Import names by section; default: the names of the files. */
  modules?: PythonHostOptions["modules"];
  python?: Partial<PythonHostOptions>;
  /** Plugins in TypeScript beside them, after their import. */
  plugins?: readonly ImportedPlugin[];
  /** Further start arguments of the host. */
  startArgs?: Partial<StartArgs>;
}

/** A printer that runs; `close()` it. */
export class PythonPrinter {
  readonly directory = mkdtempSync(join(tmpdir(), "python-printer-"));
  readonly python: PythonHost;
  readonly world: SimWorld;
  readonly responses: string[] = [];
  readonly log: string[] = [];

  constructor(options: PythonPrinterOptions) {
    const source = join(this.directory, "source");
    for (const [name, text] of Object.entries(options.files)) {
      mkdirSync(dirname(join(source, name)), { recursive: true });
      writeFileSync(join(source, name), text);
    }
    const configFile = join(this.directory, "printer.cfg");
    mkdirSync(join(this.directory, "gcodes"));
    writeFileSync(configFile, `${BASE_PRINTER}\n${options.config}\n`);
    const names = Object.keys(options.files).filter((name) => !name.includes("/")).map((name) => name.replace(/\.py$/, ""));
    this.python = new PythonHost({
      executable: "python3", directory: join(this.directory, "python"), importPaths: [source], roots: [source], now: () => this.world?.clock.now ?? 0,
      modules: options.modules ?? names.map((name) => ({ name, module: name, origin: "entry-point" as const })),
      reactor: () => this.world?.reactor, reports: { onLog: (_level, text) => this.log.push(text) },
      ...options.python,
    });
    const observer: HostObserver = {
      onGcodeResponse: (line) => this.responses.push(line),
      onLog: (level, text) => { if (level === "error" || level === "warning") this.log.push(text); },
      ...options.observer,
    };
    this.world = new SimWorld({ configFile, board: "atmega2560", seed: 1, plugins: [...this.python.importPlugins(), ...(options.plugins ?? [])], startArgs: options.startArgs ?? {}, observer, watchPlugins: options.watchPlugins ?? false });
  }

  /** Starts a life and waits until it is ready or has failed; the state message. */
  async start(): Promise<string> {
    this.world.start();
    await this.world.run(() => this.state !== "startup", 60);
    return this.world.printer!.getStateMessage()[0];
  }

  get state(): string {
    return this.world.printer!.getStateMessage()[1];
  }

  /** Runs G-code and gives the responses to it. */
  async gcode(script: string, limit = 300): Promise<string[]> {
    const from = this.responses.length;
    let done = false;
    const gcode = this.world.printer!.lookupObject<{ runScript(text: string): Promise<void> }>("gcode");
    this.world.reactor!.registerCallback(async () => {
      try {
        await gcode.runScript(script);
      } catch {
        // The error was printed.
      }
      done = true;
    });
    await this.world.run(() => done, this.world.clock.now + limit);
    return this.responses.slice(from);
  }

  /** Lets virtual time pass. */
  async wait(seconds: number): Promise<void> {
    await this.world.run(() => false, this.world.clock.now + seconds);
  }

  status(name: string): Record<string, unknown> | undefined {
    return getStatusOf(this.world.printer!, name, this.world.clock.now);
  }

  close(): void {
    this.world.finish();
    this.python.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

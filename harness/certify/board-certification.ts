/**
 * The certification of a plugin on an attached board, in order: the dictionary is read and held against the profile; what the plugin
 * wants and can do is learned on a simulated twin; a start that sends nothing shows every pin that the printer and then the plugin
 * would use; only if all of them are allowed and nothing heats does the plugin live on the board, in real time. The last act is an
 * emergency stop, sent by the harness itself, whatever has become of the plugin's process.
 */
import { resolve } from "node:path";
import { judgeOnBoard } from "../../conformance/board-scope.js";
import { catalogue } from "../../conformance/catalogue.js";
import type { AttachedBoardEvidence, Evidence, SessionEvidence } from "../../conformance/evidence.js";
import { isRefused } from "../../conformance/rules/evidence-views.js";
import { scenarioOf, type LifeStep, type Scenario } from "../../conformance/scenario.js";
import { MessageParser } from "../../host/wire/index.js";
import { readBoard, resetBoard, stopBoard, stopBoardNow, type BoardFacts, type BoardLine } from "../board/attached-board.js";
import { boardTwin } from "../board/board-twin.js";
import { BoardRefused, checkProfile, pinProfileOf, type BoardProfile } from "../board/profile.js";
import type { AttachedBoard, SessionResult } from "../runner/messages.js";
import type { ImportOutcome } from "../runner/subject.js";
import { DEFAULT_LIMITS, PluginProcess } from "../runner/plugin-process.js";
import { ONLY_LOOKING } from "../session/board-bench.js";
import { boardPrinter } from "./base-printer.js";
import { Aborted, certificationOf, importPlugin, packageEvidenceOf, type Certification, type CertifyOptions } from "./certify.js";
import { CommandLearner } from "./command-learner.js";
import { ConfigProbing } from "./config-probing.js";
import { describePlugin, type DescribedPlugin } from "./describe-plugin.js";
import { baseText, configText, printerFor, withCompanions, type PluginPrinter } from "./printer-with-plugin.js";

export interface BoardCertifyOptions extends CertifyOptions {
  /** Serial device of the board. */
  port: string;
  profile: BoardProfile;
  log(text: string): void;
}

/** Most commands that are called on the board, and calls drawn of each. */
const MOST_CALLS = 40;
const CALLS_PER_COMMAND = 2;
/** Seconds for a start that only looks. */
const LOOK_SECONDS = 30;
/** What is left of its time for a session to end in good order, seconds. */
const END_SECONDS = 5;
const DEFAULT_BAUD = 250_000;

/**
 * @throws BoardRefused when profile, board or printer make it impossible (nothing was configured then), PluginNotFound, TransportError,
 * Aborted when the signal fires; never for what the plugin does
 */
export async function certifyOnBoard(path: string, options: BoardCertifyOptions): Promise<Certification> {
  const { python, install = false } = options;
  return new BoardCertifier(describePlugin(path, { install, build: true, ...(python === undefined ? {} : { python }) }), options).run();
}

class BoardCertifier {
  readonly #plugin: DescribedPlugin;
  readonly #options: BoardCertifyOptions;
  readonly #process: PluginProcess;
  readonly #learner = new CommandLearner();
  readonly #line: BoardLine;
  readonly #sessions: SessionEvidence[] = [];
  readonly #configUse: Evidence["configUse"] = [];
  readonly #started = process.hrtime.bigint();
  #printer: PluginPrinter;
  #done = 0;
  /** Event of the board phase: seconds since the start of everything at which its time is over. */
  #boardEnd = Infinity;

  constructor(plugin: DescribedPlugin, options: BoardCertifyOptions) {
    this.#plugin = plugin;
    // The plugin's process has a directory of its own.
    this.#options = { ...options, port: resolve(options.port) };
    this.#process = new PluginProcess(plugin.location, options.limits ?? DEFAULT_LIMITS);
    this.#printer = printerFor(plugin, options.configText, options.loader !== "kalico", boardPrinter(this.#options.port));
    const mcus = this.#printer.base.filter(({ name }) => /^mcu\b/.test(name));
    const other = mcus.find(({ name }) => name !== "mcu");
    if (other !== undefined) throw new BoardRefused(`[${other.name}] is a second micro-controller: certify on a board takes one, give a configuration without it (--config FILE)`);
    const baud = Number(mcus[0]?.options.find(([option]) => option === "baud")?.[1] ?? DEFAULT_BAUD);
    this.#line = { port: this.#options.port, baud, log: options.log };
  }

  async run(): Promise<Certification> {
    const abort = (): void => this.#process.close();
    this.#options.signal?.addEventListener("abort", abort, { once: true });
    try {
      return await this.#run();
    } catch (error) {
      if (this.#options.signal?.aborted === true) throw new Aborted("Interrupted");
      throw error;
    } finally {
      this.#options.signal?.removeEventListener("abort", abort);
      this.#process.close();
    }
  }

  async #run(): Promise<Certification> {
    const { profile, log, port, signal } = this.#options;
    this.#step("reading the board");
    let facts = await readBoard(this.#line, signal);
    const parser = new MessageParser();
    parser.processIdentify(Buffer.from(facts.dictionary), false);
    log(`board: ${facts.mcu}, ${facts.firmware}, ${facts.clockFreq / 1e6} MHz, at ${port}; profile "${profile.name}" allows ${profile.allow.join(", ") || "no pin"}`);
    checkProfile(profile, parser);

    this.#step("importing the plugin");
    const imported = await importPlugin(this.#plugin, this.#options.loader ?? "strict", this.#process);
    const probing = await this.#learn(facts, imported);
    const board: AttachedBoardEvidence = { port, mcu: facts.mcu, firmware: facts.firmware, maxSeconds: profile.maxSeconds, stopped: false };
    const notRun = !imported.import.ok ? "the plugin's import failed" : isRefused(probing.start, this.#printer.own.map((s) => s.name)) ? `no configuration that loads is known: ${probing.start!.message.split("\n", 1)[0]}` : undefined;
    if (notRun !== undefined) board.notRun = notRun;
    else {
      const calls = await this.#calls(facts);
      if (facts.isConfigured || facts.isShutdown) {
        this.#step("resetting the board");
        facts = await resetBoard(this.#line, signal);
      }
      await this.#onBoard(facts, board, calls, parser.createCommand("emergency_stop"));
    }
    this.#step("judging");
    const evidence: Evidence = {
      plugin: packageEvidenceOf(this.#plugin, imported), loader: this.#options.loader ?? "strict", pinProfile: pinProfileOf(profile), attachedBoard: board,
      ...(this.#plugin.python?.package === undefined ? {} : { pythonPackage: this.#plugin.python.package }),
      sections: this.#printer.own.map((s) => s.name), capabilities: [...new Set([...this.#plugin.capabilities, ...(this.#options.capabilities ?? [])])],
      schema: probing.schema, commands: [...this.#learner.commands.values()], probes: [], sessions: this.#sessions, comparisons: [], configUse: this.#configUse,
      ...(probing.start === undefined ? {} : { start: probing.start }),
    };
    const certification = certificationOf(evidence, {
      rules: this.#options.rules ?? catalogue, judge: judgeOnBoard, seed: this.#options.seed, board: `${facts.mcu} (${facts.firmware}) at ${port}, profile "${profile.name}"`, effort: this.#options.effort,
      printSeconds: this.#sessions.reduce((sum, s) => sum + s.virtualSeconds, 0), wallSeconds: this.#wallSeconds(), leftOut: this.#leftOut(board),
    });
    const { python } = this.#plugin.location;
    return python === undefined ? certification : { ...certification, python: { executable: python.executable, version: python.version, install: this.#options.install === true } };
  }

  #leftOut(board: AttachedBoardEvidence): string[] {
    return board.notRun === undefined && this.#wallSeconds() > this.#boardEnd - END_SECONDS ? [`cut short after ${board.maxSeconds} s, "maxSeconds" of the profile`] : [];
  }

  // ---- on the simulated twin ----

  /** Finds the configuration on the simulated twin, and the sections that need the plugin. */
  async #learn(facts: BoardFacts, imported: ImportOutcome): Promise<ConfigProbing> {
    const run = (scenario: Scenario, sections: readonly string[]): Promise<SessionResult> => this.#onTwin(facts, scenario, sections);
    const probing = new ConfigProbing({
      plugin: this.#plugin, printer: this.#printer, exports: imported.exports, board: "ideal", seed: this.#options.seed, randomConfigs: 0, freePins: this.#options.profile.allow,
      run, onProgress: (what) => this.#step(what),
    });
    if (!imported.import.ok) return probing;
    this.#step("learning the configuration on a simulated board");
    if (this.#printer.own.length > 0) {
      const alone = await run(this.#scenario("without-plugin", [{ do: "start" }, { do: "stop" }], { withPlugin: false, configText: baseText(this.#printer) }), []);
      if (alone.evidence.state !== "ready") this.#printer = withCompanions(this.#printer);
    }
    this.#printer = await probing.learn();
    return probing;
  }

  /** Calls for the board: the author's, or drawn from what was learned. */
  async #calls(facts: BoardFacts): Promise<string[]> {
    const given = this.#options.exercise ?? this.#plugin.exercise;
    this.#step("learning the commands on a simulated board");
    await this.#learner.learn(this.#options.seed, async (lines, round) => {
      await this.#onTwin(facts, this.#scenario(`learn-commands-${round}`, [{ do: "start" }, { do: "probe-commands", lines, state: "cold" }, { do: "stop" }]));
    });
    return [...(given ?? this.#learner.calls(CALLS_PER_COMMAND, this.#options.seed))].slice(0, MOST_CALLS);
  }

  async #onTwin(facts: BoardFacts, scenario: Scenario, sections: readonly string[] = this.#printer.own.map((s) => s.name)): Promise<SessionResult> {
    this.#checkAbort();
    const result = await this.#process.run(scenario, sections, { board: boardTwin(facts.dictionary) });
    this.#note(scenario, result);
    return result;
  }

  // ---- on the board ----

  /** Looks, and lives if everything is allowed. Fills in what became of it. */
  async #onBoard(facts: BoardFacts, board: AttachedBoardEvidence, calls: readonly string[], stop: Uint8Array): Promise<void> {
    const { profile, log, port } = this.#options;
    this.#boardEnd = this.#wallSeconds() + profile.maxSeconds;
    this.#step("looking at the printer's configuration");
    const base = await this.#look(facts, "look-without-plugin", false);
    if (!base.message.includes(ONLY_LOOKING)) {
      const refused = base.pins?.uses.some((use) => !use.allowed) === true || (base.pins?.heaters.length ?? 0) > 0;
      throw new BoardRefused(`${refused ? "The printer is refused, nothing was sent" : "The printer does not start on this board"}: ${firstLine(base)}. ${CONFIG_REMEDY}`);
    }
    this.#sessions.push(base);
    this.#step("looking at the plugin's configuration");
    const look = await this.#look(facts, "look", true);
    if (!look.message.includes(ONLY_LOOKING)) {
      this.#sessions.push(look);
      board.notRun = look.pins?.uses.some((use) => !use.allowed) === true || (look.pins?.heaters.length ?? 0) > 0 ? `the configuration was refused before it was sent: ${firstLine(look)}` : `the printer does not start with the plugin: ${firstLine(look)}`;
      return;
    }
    // From here on pins are touched. An exit of this process that waits for nothing still stops the board.
    const atExit = (): void => {
      this.#process.close();
      stopBoardNow(port, stop);
    };
    process.on("exit", atExit);
    try {
      this.#step("living on the board");
      const live = async (id: string, walk: LifeStep[]): Promise<SessionEvidence> => {
        const { evidence } = await this.#live(facts, this.#scenario(id, walk), this.#remaining(), false);
        this.#sessions.push(evidence);
        if (evidence.statistics !== undefined) board.statistics = evidence.statistics;
        return evidence;
      };
      const { state } = await live("board", [{ do: "start" }, { do: "wait", seconds: 2 }, { do: "status", times: 100 }, { do: "probe-commands", lines: [...calls], state: "cold" }, { do: "wait", seconds: 1 }, { do: "stop" }]);
      if (state === "lost") return;
      // What shut the board down is in the evidence of that session: restarting is judged for itself.
      if (state !== "ready") await resetBoard(this.#line, this.#options.signal);
      this.#step("restarting on the board");
      await live("board-restart", [{ do: "start" }, { do: "restart", how: "RESTART" }, { do: "wait", seconds: 1 }, { do: "shutdown", by: "M112" }, { do: "status", times: 3 }, { do: "stop" }]);
    } finally {
      this.#process.close();
      board.stopped = await stopBoard(this.#line);
      if (!board.stopped) stopBoardNow(port, stop);
      log(board.stopped ? "the board was stopped by an emergency stop" : "THE BOARD DID NOT CONFIRM THE EMERGENCY STOP: switch it off");
      process.off("exit", atExit);
    }
    this.#checkAbort();
  }

  async #look(facts: BoardFacts, id: string, withPlugin: boolean): Promise<SessionEvidence> {
    const text = withPlugin ? configText(this.#printer) : baseText(this.#printer);
    return (await this.#live(facts, this.#scenario(id, [{ do: "start" }, { do: "stop" }], { withPlugin, configText: text }), Math.min(LOOK_SECONDS, this.#remaining()), true)).evidence;
  }

  async #live(facts: BoardFacts, scenario: Scenario, maxSeconds: number, onlyLook: boolean): Promise<SessionResult> {
    this.#checkAbort();
    const attached: AttachedBoard = { port: this.#options.port, dictionary: facts.dictionary, onlyLook, maxSeconds };
    const result = await this.#process.run({ ...scenario, limits: { ...scenario.limits, virtualSeconds: Math.max(1, maxSeconds - END_SECONDS) } }, scenario.withPlugin ? this.#printer.own.map((s) => s.name) : [], { attached, pinProfile: pinProfileOf(this.#options.profile) });
    this.#checkAbort();
    this.#note(scenario, result);
    this.#options.onSession?.(result.evidence, result.evidence.virtualSeconds);
    return result;
  }

  #remaining(): number {
    return Math.max(1, Math.floor(this.#boardEnd - this.#wallSeconds()));
  }

  // ---- small things ----

  #note(scenario: Scenario, result: SessionResult): void {
    if (!scenario.withPlugin) return;
    for (const command of result.commands) this.#learner.note(command);
    for (const use of result.configUse) this.#configUse.push(use);
  }

  #scenario(id: string, walk: LifeStep[], more: Partial<Scenario> = {}): Scenario {
    return scenarioOf({ id, seed: this.#options.seed, board: "ideal", configText: configText(this.#printer), walk, ...more });
  }

  #checkAbort(): void {
    if (this.#options.signal?.aborted === true) throw new Aborted("Interrupted");
  }

  #wallSeconds(): number {
    return Number(process.hrtime.bigint() - this.#started) * 1e-9;
  }

  #step(what: string): void {
    this.#checkAbort();
    this.#done += 1;
    this.#options.onProgress?.(what, this.#done, STEPS);
  }
}

/** Steps that are told, for the progress. */
const STEPS = 11;

const CONFIG_REMEDY = "Give a configuration with --config FILE that uses only allowed pins; a file with the plugin's sections alone is completed by a printer without pins";

const firstLine = ({ message }: SessionEvidence): string => message.trim().split("\n", 1)[0] ?? "";

/** `kalico-hil certify PLUGIN…`: certifies each plugin and reports. */
import { existsSync } from "node:fs";
import { catalogue, rulesMatching } from "../../conformance/catalogue.js";
import { BoardRefused, pinProfileOf, readProfile, type BoardProfile } from "../board/profile.js";
import { certify, type Certification, type CertifyOptions, type Effort } from "../certify/certify.js";
import { writeCounterExamples } from "../certify/counter-examples.js";
import { pluginDigest } from "../certify/plugin-digest.js";
import { combineRepeats } from "../certify/repeat.js";
import { partsOfShard, shardOf, shardText } from "../certify/shards.js";
import { checkTraceOptions, TraceOptionError, wantsTrace, writeTraces, type TraceOptions } from "../trace-export/write-trace.js";
import type { RunInputs } from "../report/run-inputs.js";
import { EventStream } from "../reporters/events.js";
import { harnessVersion } from "../reporters/result-json.js";
import { textReport } from "../reporters/text.js";
import { certifyAttached, checkBoardOptions } from "./certify-board.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { boardOption, countOption, loaderOption, seedOption, shardOption } from "./option-values.js";
import { timeLeft, type Progress } from "./progress.js";
import { watchPlugin } from "./watch-plugin.js";
import { applyPolicy, exitCodeOf, manifestFor, readText, writeOutputs, writeText, type OutputOptions } from "./run-outputs.js";

export interface CertifyCommandOptions extends OutputOptions, TraceOptions {
  config?: string;
  gcode?: string;
  board: string;
  seed: string;
  effort: string;
  rules?: string;
  events?: string;
  shard?: string;
  shardOut?: string;
  maxMinutes?: string;
  repeat?: string;
  counterExamples: string;
  python?: string;
  install?: boolean;
  loader?: string;
  verbose?: boolean;
  /** File with the pins that may be touched. */
  profile?: string;
  /** Serial device of an attached board. */
  mcu?: string;
  /** Certify again after every save. */
  watch?: boolean;
}

const EFFORTS = ["quick", "normal", "deep"];

export async function certifyCommand(plugins: readonly string[], options: CertifyCommandOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const seed = seedOption(options.seed);
  if (!EFFORTS.includes(options.effort)) throw new UsageError(`Option --effort must be one of ${EFFORTS.join(", ")}, found "${options.effort}"`);
  const board = boardOption(options.board);
  const rules = options.rules === undefined ? undefined : rulesMatching(options.rules);
  if (rules !== undefined && rules.length === 0) throw new UsageError(`No rule matches "${options.rules}": "kalico-hil rules" lists them`);
  const configText = options.config === undefined ? undefined : readText(options.config, "Printer configuration");
  const exercise = options.gcode === undefined ? undefined : readText(options.gcode, "G-code file").split(/\r?\n/).map((l) => l.trim()).filter((l) => l !== "" && !l.startsWith(";"));
  checkBoardOptions(options, plugins);
  const profile = options.profile === undefined ? undefined : profileOption(options.profile);
  const shard = options.shard === undefined ? undefined : shardOption(options.shard);
  if ((shard === undefined) !== (options.shardOut === undefined)) throw new UsageError("Options --shard i/n and --shard-out FILE go together: merge puts the files of all shards together");
  if (shard !== undefined && plugins.length > 1) throw new UsageError("Option --shard takes one plugin");
  if (options.key !== undefined && options.certificate === undefined) throw new UsageError("Option --key signs a certificate: add --certificate FILE");
  try {
    checkTraceOptions(options);
  } catch (error) {
    throw error instanceof TraceOptionError ? new UsageError(error.message) : error;
  }
  if (wantsTrace(options) && (plugins.length > 1 || shard !== undefined)) throw new UsageError("Options --trace and --vcd take one plugin and no shard");
  if (options.watch === true && (plugins.length > 1 || shard !== undefined || options.repeat !== undefined)) throw new UsageError("Option --watch takes one plugin, no --shard and no --repeat");
  if (options.watch === true && !existsSync(plugins[0]!)) throw new UsageError(`Option --watch takes a path: there is no "${plugins[0]!}"`);
  const maxMinutes = options.maxMinutes === undefined ? undefined : countOption("--max-minutes", options.maxMinutes);
  const repeats = options.repeat === undefined ? 1 : countOption("--repeat", options.repeat);
  const events = options.events === undefined ? undefined : new EventStream(options.events);
  const certifications: Certification[] = [];
  for (const plugin of plugins) {
    progress.line(`certifying ${plugin}${shard === undefined ? "" : `, shard ${shard.index} of ${shard.of}`}`);
    const manifest = manifestFor(plugin);
    events?.put({ event: "start", plugin, seed, board, effort: options.effort, harness: harnessVersion });
    const left = timeLeft();
    const certifyOptions: CertifyOptions = {
      seed, effort: options.effort as Effort, board, signal, capabilities: manifest.capabilities,
      ...(profile === undefined ? {} : { pinProfile: pinProfileOf(profile) }),
      ...(rules === undefined ? {} : { rules }), ...(configText === undefined ? {} : { configText }), ...(exercise === undefined ? {} : { exercise }),
      install: options.install === true, loader: loaderOption(options.loader, "strict"), ...(options.python === undefined ? {} : { python: options.python }), ...(maxMinutes === undefined ? {} : { maxMinutes }),
      trace: wantsTrace(options),
      charts: options.report !== undefined || shard !== undefined,
      ...(shard === undefined ? {} : { parts: partsOfShard((rules ?? catalogue).map((r) => r.id), shard.index, shard.of) }),
      onProgress: (what, done, total) => {
        progress.update(`[${done}/${total}] ${what}${left(done, total)}`, true);
        events?.put({ event: "step", what, done, total });
      },
      onSession: (session, wallSeconds) => events?.session(session, wallSeconds),
    };
    const inputsOf = (certification: Certification): RunInputs => ({
      ...(configText === undefined ? {} : { config: configText }), ...(exercise === undefined ? {} : { gcode: exercise }), ...(options.rules === undefined ? {} : { rules: options.rules }),
      ...(certifyOptions.pinProfile === undefined ? {} : { pinProfile: certifyOptions.pinProfile }), loader: certifyOptions.loader!, capabilities: manifest.capabilities,
      ...(certification.python === undefined ? {} : { python: { version: certification.python.version, install: certification.python.install } }),
      ...(maxMinutes === undefined ? {} : { maxMinutes }), ...(repeats === 1 ? {} : { repeat: repeats }),
    });
    const finish = (certification: Certification): void => {
      applyPolicy(certification, manifestFor(plugin), options, options.rules);
      const files = certification.evidence.attachedBoard === undefined ? writeCounterExamples(certification, options.counterExamples) : new Map<string, string>();
      for (const line of textReport(certification, files, options.verbose === true)) progress.line(line);
      events?.results(certification);
      if (certification.traceLog !== undefined) for (const line of writeTraces(certification.traceLog, options)) progress.line(line);
      else if (wantsTrace(options)) progress.line("no trace: no print with the plugin was run; choose rules that need one");
      writeOutputs(certification, files, options, inputsOf(certification), progress, plugins.length > 1 ? certification.plugin.name.replace(/[^\w.-]/g, "_") : undefined);
    };
    if (options.watch === true) {
      await watchPlugin({ plugin, certify: certifyOptions, report: finish, progress, signal });
      return EXIT.interrupted;
    }
    const runs: Certification[] = [];
    for (let i = 0; i < repeats; i++) runs.push(options.mcu === undefined ? await certify(plugin, certifyOptions) : await certifyAttached(plugin, certifyOptions, options.mcu, profile, progress));
    const certification = runs.length === 1 ? runs[0]! : combineRepeats(runs);
    progress.clear();
    if (shard !== undefined) {
      writeText(options.shardOut!, shardText(shardOf(certification, shard.index, shard.of, existsSync(plugin) ? pluginDigest(certification.plugin.path).sha256 : "", inputsOf(certification))));
      progress.line(`shard ${shard.index} of ${shard.of}: ${certification.exercised.sessions} sessions in ${options.shardOut}; "kalico-hil merge" judges all shards`);
      return EXIT.conforming;
    }
    finish(certification);
    certifications.push(certification);
  }
  return exitCodeOf(certifications);
}

/** @throws UsageError naming file, key and what is right */
function profileOption(file: string): BoardProfile {
  try {
    return readProfile(file);
  } catch (error) {
    if (error instanceof BoardRefused) throw new UsageError(error.message);
    throw error;
  }
}

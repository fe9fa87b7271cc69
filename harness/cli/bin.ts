#!/usr/bin/env node
/** Command line of kalico-hil. */
import { Command, CommanderError } from "commander";
import { Aborted } from "../certify/certify.js";
import { PluginNotFound } from "../certify/describe-plugin.js";
import { harnessVersion } from "../reporters/result-json.js";
import { addBoardCommand } from "./board-command.js";
import { certifyCommand, type CertifyCommandOptions } from "./certify-command.js";
import { EXIT, UsageError } from "./exit-codes.js";
import { addDiffHostsCommand } from "./diff-hosts-command.js";
import { createProgress } from "./progress.js";
import { explainCommand } from "./explain-command.js";
import { initCommand, type InitOptions } from "./init-command.js";
import { mergeCommand, type MergeOptions } from "./merge-command.js";
import { replayCommand, type ReplayOptions } from "./replay-command.js";
import { reportCommand, type ReportOptions } from "./report-command.js";
import { rulesCommand } from "./rules-command.js";
import { summaryCommand, type SummaryOptions } from "./summary-command.js";
import { verifyCommand, type VerifyOptions } from "./verify-command.js";
import { RESONANCE_HELP } from "./resonance-option.js";
import { TILT_HELP } from "./tilt-option.js";
import { runCommand, type RunOptions } from "./run-command.js";
import { addSimMcuCommand } from "./sim-mcu-command.js";

/** A file or directory that cannot be read or written: the environment's, not ours. */
const isFileError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && "path" in error && ["EACCES", "EISDIR", "ENOENT", "ENOSPC", "ENOTDIR", "EPERM", "EROFS"].includes(String((error as NodeJS.ErrnoException).code));

const progress = createProgress();
const interrupt = new AbortController();
process.once("SIGINT", () => {
  progress.line("interrupted");
  interrupt.abort();
  // A second Ctrl-C ends at once.
  process.once("SIGINT", () => process.exit(EXIT.interrupted));
});
// Exit handlers remove what was unpacked and installed.
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(EXIT.interrupted));

const program = new Command("kalico-hil")
  .description("Hardware-in-the-loop simulator and conformance test harness for Kalico plugins")
  .version(harnessVersion)
  .exitOverride()
  .configureOutput({ writeErr: (text) => { process.stderr.write(text); } });

let exitCode: number = EXIT.conforming;

program.command("certify")
  .description("certify plugins against a simulated printer, or on an attached board")
  .argument("<plugin...>", "npm package or .js file; Python source tree, wheel, sdist, .py file, package, or name of an installed distribution")
  .option("--config <file>", "printer.cfg to certify in (default: the plugin's printer.cfg, else a built-in cartesian printer)")
  .option("--gcode <file>", "G-code lines that exercise the plugin (default: the plugin's exercise.gcode, else generated)")
  .option("--board <name>", "simulated board: atmega2560, stm32f446, rp2040, linux", "atmega2560")
  .option("--mcu <device>", "certify on the board at this serial device, in real time; touches only the pins that the profile allows")
  .option("--profile <file>", "JSON file with the pins that may be touched: SEC-012 holds the plugin to it (default with --mcu: none)")
  .option("--python <path>", "CPython 3.9 or later, or a virtual environment, for Python plugins (default: python3, python, py -3)")
  .option("--install", "install what a Python plugin requires, in an environment that is thrown away")
  .option("--loader <mode>", "kalico: find plugins as today's loader does, with its traps; strict: report its traps", "strict")
  .option("--seed <n>", "seed of everything random", "1")
  .option("--effort <level>", "quick, normal or deep", "normal")
  .option("--rules <glob>", 'only these rules, e.g. "STA-*,MOT-001"')
  .option("--json <file>", "write the result as JSON")
  .option("--junit <file>", "write the result as JUnit XML")
  .option("--report <dir>", "write a report with pictures: index.html and the RUN.json it comes from")
  .option("--sarif <file>", "write the findings as SARIF 2.1.0, paths relative to the working directory")
  .option("--trace <file>", "write the print with the plugin as .perfetto-trace or .json for ui.perfetto.dev, or as .csv")
  .option("--vcd <file>", "write the pins of that print as a value change dump for GTKWave or PulseView")
  .option("--vcd-window <from:to>", "seconds of the session that the dump shows (default: all)")
  .option("--events <file>", "write events as they happen, one JSON object a line")
  .option("--certificate <file>", "write a certificate of the run: an in-toto statement in a DSSE envelope")
  .option("--key <file>", "ed25519 private key (PEM) that signs the certificate")
  .option("--badge <dir>", "write badge.json and badge.svg")
  .option("--certified", "verdict \"certified\": nothing may be skipped, waived or known")
  .option("--baseline <file>", "fail only on what this earlier result does not hold")
  .option("--write-baseline <file>", "write the result as a baseline")
  .option("--repeat <n>", "run n times with the same seed: the worst verdict counts, differences are told")
  .option("--shard <i/n>", "carry out one of n parts of the run")
  .option("--shard-out <file>", "where the evidence of the shard goes, for merge")
  .option("--max-minutes <n>", "begin no further session after n minutes")
  .option("--watch", "certify again after every save: first what broke last and what is quick, then everything")
  .option("--counter-examples <dir>", "where to write counter-examples", "counter-examples")
  .option("-v, --verbose", "also list rules that do not apply")
  .action(async (plugins: string[], options: CertifyCommandOptions) => { exitCode = await certifyCommand(plugins, options, progress, interrupt.signal); });

program.command("run")
  .description("run a G-code job on the host and the simulated micro-controller")
  .argument("<printer.cfg>", "printer configuration")
  .option("--gcode <file>", "job to run")
  .option("--steps <file>", "write the whole step stream as CSV")
  .option("--json <file>", "write a summary as JSON")
  .option("--trace <file>", "write G-code, callbacks, moves, slack as .perfetto-trace or .json for ui.perfetto.dev, or as .csv")
  .option("--vcd <file>", "write the pins as a value change dump for GTKWave or PulseView")
  .option("--vcd-window <from:to>", "seconds of the session that the dump shows (default: all)")
  .option("--board <name>", "simulated board: ideal (16 MHz, takes any step rate), atmega2560, stm32f446, rp2040, linux", "ideal")
  .option("--mcu <device>", "run in real time on a real micro-controller: DEVICE, or NAME=DEVICE for [mcu NAME]; may be repeated", (value: string, previous: string[]) => [...previous, value], [])
  .option("--tilt <tilt>", `how the simulated bed leans: ${TILT_HELP}`, (value: string, previous: string[]) => [...previous, value], [])
  .option("--resonance <resonance>", `how the simulated machine swings, as its accelerometers feel it: ${RESONANCE_HELP}`, (value: string, previous: string[]) => [...previous, value], [])
  .option("--plugin <path>", "load this plugin: a path, or the name of an installed Python distribution; may be repeated", (value: string, previous: string[]) => [...previous, value], [])
  .option("--python <path>", "CPython 3.9 or later, or a virtual environment, for Python plugins")
  .option("--loader <mode>", "kalico: find plugins as today's loader does, with its traps; strict: tell of its traps and go on", "kalico")
  .option("--api <socket>", "serve clients of Kalico's API (Moonraker) on this Unix socket, in real time; without --gcode until stopped")
  .option("--console", "type G-code in the terminal, in real time")
  .option("--log <file>", "append the host's log to this file, as Kalico's klippy.log")
  .option("--allow-shell-commands", "let [gcode_shell_command] start programs of this machine: only for configurations that you trust")
  .option("--live", "let M400 wait for the machine, as in a live print (default: as in Kalico's batch output)")
  .option("--seed <n>", "seed of everything random", "1")
  .option("-v, --verbose", "show responses and log")
  .action(async (config: string, options: RunOptions) => { exitCode = await runCommand(config, options, progress, interrupt.signal); });

addSimMcuCommand(program, async (run) => { exitCode = await run(progress, interrupt.signal); });
addBoardCommand(program, async (run) => { exitCode = await run(progress, interrupt.signal); });
addDiffHostsCommand(program, async (run) => { exitCode = await run(progress, interrupt.signal); });

program.command("rules")
  .description("list the rules, or tell more of one")
  .argument("[id]", "rule id or glob")
  .action((id: string | undefined) => rulesCommand(id, (text) => progress.line(text)));

program.command("init")
  .description("make a new plugin that is certified as it stands")
  .argument("<name>", "name of the plugin, e.g. bed-notes")
  .option("--python", "in Python")
  .option("--typescript", "in TypeScript (the default)")
  .option("--dir <dir>", "where (default: kalico-NAME)")
  .option("--harness <spec>", "what package.json or the CI workflow installs kalico-hil from, e.g. file:../kalico-hil-0.1.0.tgz")
  .action((name: string, options: InitOptions) => { exitCode = initCommand(name, options, progress); });

program.command("explain")
  .description("tell what a rule demands, why it exists, and how a plugin breaks it")
  .argument("<id>", "rule id or glob")
  .action((id: string) => { exitCode = explainCommand(id, progress); });

program.command("merge")
  .description("judge the shards of a run as one")
  .argument("<shard...>", "written by certify --shard-out, all of one run")
  .option("--json <file>", "write the result as JSON")
  .option("--junit <file>", "write the result as JUnit XML")
  .option("--sarif <file>", "write the findings as SARIF 2.1.0")
  .option("--report <dir>", "write a report with pictures")
  .option("--certificate <file>", "write a certificate of the run")
  .option("--key <file>", "ed25519 private key (PEM) that signs the certificate")
  .option("--badge <dir>", "write badge.json and badge.svg")
  .option("--certified", "verdict \"certified\": nothing may be skipped, waived or known")
  .option("--baseline <file>", "fail only on what this earlier result does not hold")
  .option("--counter-examples <dir>", "where to write counter-examples", "counter-examples")
  .option("-v, --verbose", "also list rules that do not apply")
  .action((files: string[], options: MergeOptions) => { exitCode = mergeCommand(files, options, progress); });

program.command("verify")
  .description("check a certificate")
  .argument("<file>", "written by certify --certificate")
  .option("--plugin <path>", "the plugin that it is to be of")
  .option("--key <file>", "ed25519 public key (PEM) that must have signed it")
  .option("--rerun", "certify again and compare every trace and verdict (needs --plugin)")
  .option("--python <path>", "CPython 3.9 or later, or a virtual environment, for Python plugins that are run again")
  .action(async (file: string, options: VerifyOptions) => { exitCode = await verifyCommand(file, options, progress, interrupt.signal); });

program.command("summary")
  .description("sum a run up for a CI system")
  .argument("<RUN.json>", "written by certify --report")
  .option("--out <file>", "append the summary (Markdown) to this file, such as $GITHUB_STEP_SUMMARY")
  .option("--annotations", "print GitHub annotations on the plugin's lines")
  .option("--svg <dir>", "write the pictures as static SVG files")
  .action((file: string, options: SummaryOptions) => { exitCode = summaryCommand(file, options, progress); });

program.command("report")
  .description("draw the report of a run again")
  .argument("<RUN.json>", "written by certify --report")
  .option("--compare <OTHER.json>", "another run, shown beside it")
  .option("--out <file>", "where to write (default: index.html or compare.html beside RUN.json)")
  .action((file: string, options: ReportOptions) => { exitCode = reportCommand(file, options, progress); });

program.command("replay")
  .description("run a counter-example again")
  .argument("<file>", "counter-example written by certify")
  .option("--python <path>", "CPython 3.9 or later, or a virtual environment, for Python plugins")
  .option("--install", "install what a Python plugin requires, in an environment that is thrown away")
  .action(async (file: string, options: ReplayOptions) => { exitCode = await replayCommand(file, options, progress); });

try {
  await program.parseAsync();
} catch (error) {
  progress.clear();
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? EXIT.conforming : EXIT.usage;
  else if (error instanceof Aborted || interrupt.signal.aborted) exitCode = EXIT.interrupted;
  else if (error instanceof UsageError || error instanceof PluginNotFound || isFileError(error)) {
    process.stderr.write(`${error.message}\n`);
    exitCode = EXIT.usage;
  } else {
    process.stderr.write(`Internal error of kalico-hil: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    exitCode = EXIT.cannotJudge;
  }
}
process.exit(exitCode);

/** `kalico-hil verify FILE`: checks the signature of a certificate, the bytes of the plugin, and on request every trace. */
import { existsSync } from "node:fs";
import { rulesMatching } from "../../conformance/catalogue.js";
import { certify, type Certification, type CertifyOptions, type Effort } from "../certify/certify.js";
import { pluginDigest } from "../certify/plugin-digest.js";
import { combineRepeats } from "../certify/repeat.js";
import { CertificateRefused, openCertificate, type Statement } from "../report/certificate.js";
import { EXIT, UsageError } from "./exit-codes.js";
import type { Progress } from "./progress.js";
import { manifestFor, readText } from "./run-outputs.js";

export interface VerifyOptions {
  plugin?: string;
  key?: string;
  rerun?: boolean;
  /** Interpreter or environment for a Python plugin. */
  python?: string;
}

const SIGNATURE = { trusted: "signed by the key that was given", own: "signed by the key that it names; give --key to say whose that must be", unsigned: "UNSIGNED: nothing says who made it" } as const;

export async function verifyCommand(file: string, options: VerifyOptions, progress: Progress, signal: AbortSignal): Promise<number> {
  const text = readText(file, "Certificate");
  if (options.rerun === true && options.plugin === undefined) throw new UsageError("Option --rerun needs --plugin PATH");
  try {
    const { statement, signature, keyid } = openCertificate(text, options.key === undefined ? undefined : readText(options.key, "Key"));
    const { kalicoHil } = statement.predicate;
    progress.line(`signature: ${SIGNATURE[signature]}${keyid === undefined ? "" : ` (${keyid.slice(0, 16)})`}`);
    progress.line(`verdict: ${kalicoHil.verdict}, ${statement.subject[0]?.name}, harness ${kalicoHil.harness}, board ${kalicoHil.boards.join(", ")}, seed ${kalicoHil.seeds.join(", ")}`);
    progress.line(`repeat: ${kalicoHil.repeat ?? "not told by this version"}`);
    if (options.plugin !== undefined) checkBytes(statement, options.plugin, progress);
    if (options.rerun === true) await rerun(statement, options.plugin!, options.python, progress, signal);
    progress.line("certificate holds");
    return EXIT.conforming;
  } catch (error) {
    if (!(error instanceof CertificateRefused)) throw error;
    progress.clear();
    progress.line(`certificate refused: ${error.message}`);
    return EXIT.notConforming;
  }
}

function checkBytes(statement: Statement, plugin: string, progress: Progress): void {
  if (!existsSync(plugin)) throw new UsageError(`Plugin "${plugin}" does not exist`);
  const found = pluginDigest(plugin);
  const { files } = statement.predicate.kalicoHil.plugin;
  const changed = [...new Set([...Object.keys(files), ...Object.keys(found.files)])].filter((name) => files[name] !== found.files[name]).map((name) => (found.files[name] === undefined ? `${name} is missing` : files[name] === undefined ? `${name} was added` : `${name} was changed`));
  if (changed.length > 0) throw new CertificateRefused(`it is of other bytes: ${changed.slice(0, 5).join(", ")}`);
  if (statement.subject[0]?.digest.sha256 !== found.sha256) throw new CertificateRefused("the digest of the plugin is not that of its files");
  progress.line(`plugin: the certified bytes (sha256:${found.sha256})`);
}

async function rerun(statement: Statement, plugin: string, python: string | undefined, progress: Progress, signal: AbortSignal): Promise<void> {
  const { seeds, boards, effort, inputs, traces, rules } = statement.predicate.kalicoHil;
  const options: CertifyOptions = {
    seed: seeds[0] ?? 1, board: boards[0] ?? "atmega2560", effort: effort as Effort, signal, capabilities: inputs.capabilities ?? manifestFor(plugin).capabilities,
    ...(inputs.loader === undefined ? {} : { loader: inputs.loader }), install: inputs.python?.install === true, ...(python === undefined ? {} : { python }),
    ...(inputs.rules === undefined ? {} : { rules: rulesMatching(inputs.rules) }), ...(inputs.config === undefined ? {} : { configText: inputs.config }), ...(inputs.gcode === undefined ? {} : { exercise: inputs.gcode }),
    ...(inputs.pinProfile === undefined ? {} : { pinProfile: inputs.pinProfile }),
    onProgress: (what, done, total) => progress.update(`[${done}/${total}] ${what}`, true),
  };
  const runs: Certification[] = [];
  for (let i = 0; i < (inputs.repeat ?? 1); i++) runs.push(await certify(plugin, options));
  const again = runs.length === 1 ? runs[0]! : combineRepeats(runs);
  progress.clear();
  const interpreter = again.python?.version;
  const otherPython = inputs.python !== undefined && interpreter !== inputs.python.version ? `; the certificate is of Python ${inputs.python.version}, this is ${interpreter}: --python PATH chooses another` : "";
  const found = new Map(again.evidence.sessions.flatMap((s): [string, string][] => (s.trace === undefined ? [] : [[s.id, s.trace.traceHash]])));
  const parted = Object.entries(traces).filter(([id, hash]) => found.get(id) !== hash).map(([id, hash]) => `${id} (${hash} in the certificate, ${found.get(id) ?? "not run"} now)`);
  if (parted.length > 0) throw new CertificateRefused(`running it again gives other traces: ${parted.slice(0, 3).join(", ")}: the seed, the board or the harness is another${otherPython}`);
  // Of a run that was cut short the rules that stayed open may be judged now.
  const open = (id: string): boolean => inputs.maxMinutes !== undefined && rules[id] === "inconclusive";
  const judged = again.results.filter((r) => rules[r.id] !== r.verdict && !open(r.id)).map((r) => `${r.id} is ${r.verdict}, ${rules[r.id] ?? "absent"} in the certificate`);
  if (judged.length > 0 || again.results.length !== Object.keys(rules).length) throw new CertificateRefused(`running it again gives other verdicts: ${judged.slice(0, 5).join(", ") || "other rules"}${otherPython}`);
  progress.line(`rerun: ${Object.keys(traces).length} traces and ${again.results.length} verdicts are the same`);
}

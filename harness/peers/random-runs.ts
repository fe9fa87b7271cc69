/** Jobs from seeds in both hosts, one after the other, and the table of how they compare. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diffHosts, type HostDifference } from "./diff-hosts.js";
import { randomJob, type RandomJob } from "./random-job.js";

export interface RandomRunOptions {
  checkout: string;
  python: string;
  /** Folder for printers and jobs that differ. */
  keep?: string;
  signal?: AbortSignal;
  onProgress?(text: string): void;
}

export interface RandomRun {
  seed: number;
  kinematics: string;
  features: string[];
  equal: boolean;
  /** Steps compared. */
  steps: number;
  worstMicroseconds: number;
  /** What differs, or the message that both end with. */
  cause: string;
}

export async function runRandomJob(seed: number, { keep, ...options }: RandomRunOptions): Promise<RandomRun> {
  const job = randomJob(seed);
  const directory = mkdtempSync(join(tmpdir(), "kalico-hil-random-"));
  const write = (folder: string, suffix: string, text: string): string => {
    const path = join(folder, `${seed}.${suffix}`);
    writeFileSync(path, text);
    return path;
  };
  try {
    const difference = await diffHosts({ ...options, configFile: write(directory, "cfg", job.printer.config), gcodeFile: write(directory, "gcode", job.lines.join("\n")), directory, seed });
    if (!difference.equal && keep !== undefined) {
      mkdirSync(keep, { recursive: true });
      write(keep, "cfg", job.printer.config);
      write(keep, "gcode", job.lines.join("\n"));
    }
    return summary(job, difference);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function summary({ seed, printer, features }: RandomJob, { equal, comparison, messages, line }: HostDifference): RandomRun {
  const steppers = comparison?.steppers ?? [];
  return {
    seed, kinematics: printer.kinematics, features, equal, steps: steppers.reduce((sum, s) => sum + s.steps, 0), worstMicroseconds: Math.max(0, ...steppers.map((s) => s.worstSeconds * 1e6)),
    cause: comparison === undefined ? (equal ? `both: ${messages.ours}` : `this host: ${messages.ours || "no error"}; Kalico: ${messages.kalico || "no error"}`)
      : equal ? "" : `${comparison.problems[0]!}${line === undefined ? "" : `; line ${line.number}: ${line.text}`}`,
  };
}

/** The runs as a table. */
export const randomTable = (runs: readonly RandomRun[]): string => `# Random jobs in Kalico and in this host

\`kalico-hil diff-hosts --kalico CHECKOUT --random ${runs.length} --seed ${runs[0]?.seed ?? 1} --markdown FILE\`: printers and jobs from seeds run in Kalico's batch output and in this host; every step must
come in the same direction within 50 us of Kalico's (homing is left out, and the first moves after it are counted only).

${runs.filter(({ equal }) => equal).length} of ${runs.length} are equal; ${runs.reduce((sum, { steps }) => sum + steps, 0)} steps were compared.

| seed | kinematics | printer and job | equal | steps | worst us | cause |
|---|---|---|---|---|---|---|
${runs.map((run) => `| ${run.seed} | ${run.kinematics} | ${run.features.join(", ")} | ${run.equal ? "yes" : "no"} | ${run.steps} | ${run.worstMicroseconds.toFixed(1)} | ${run.cause.replaceAll("|", "\\|")} |`).join("\n")}
`;

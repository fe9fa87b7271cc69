/** Runs the `run:` steps of a composite action as a runner does: inputs and outputs put in, each in a bash of its own. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

interface Step { name?: string; id?: string; run?: string; uses?: string; shell?: string; env?: Record<string, string> }
export interface Action { inputs?: Record<string, { default?: string }>; runs: { using: string; steps: Step[] } }

export interface StepOutcome { name: string; code: number; output: string }

export const readAction = (path: string): Action => parse(readFileSync(path, "utf8")) as Action;

/** Steps that use other actions are left out; a failed step ends the job, as without `if:` it does. */
export function runAction(action: Action, options: { actionPath: string; cwd: string; inputs?: Record<string, string> }): { steps: StepOutcome[]; summary: string } {
  const outputs: Record<string, Record<string, string>> = {};
  const summaryFile = join(options.cwd, ".step-summary");
  const inputs = { ...Object.fromEntries(Object.entries(action.inputs ?? {}).map(([name, i]) => [name, i.default ?? ""])), ...options.inputs };
  const evaluate = (text: string): string => text.replace(/\$\{\{\s*([^}]+?)\s*\}\}/g, (_m, expression: string) => {
    if (expression === "github.action_path") return options.actionPath;
    const input = /^inputs\.([\w-]+)$/.exec(expression)?.[1];
    if (input !== undefined && input in inputs) return inputs[input]!;
    const [, id, output] = /^steps\.([\w-]+)\.outputs\.([\w-]+)$/.exec(expression) ?? [];
    if (id !== undefined) return outputs[id]?.[output!] ?? "";
    throw new Error(`The action uses an expression that is not known here: ${expression}`);
  });
  const steps: StepOutcome[] = [];
  for (const step of action.runs.steps) {
    if (step.run === undefined) continue;
    const outputFile = join(options.cwd, ".step-output");
    writeFileSync(outputFile, "");
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, evaluate(value)]));
    const done = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", evaluate(step.run)], { cwd: options.cwd, encoding: "utf8", env: { ...process.env, CI: "true", GITHUB_OUTPUT: outputFile, GITHUB_STEP_SUMMARY: summaryFile, ...env } });
    if (step.id !== undefined) outputs[step.id] = Object.fromEntries(readFileSync(outputFile, "utf8").split("\n").filter((l) => l.includes("=")).map((l) => [l.slice(0, l.indexOf("=")), l.slice(l.indexOf("=") + 1)]));
    steps.push({ name: step.name ?? step.id ?? "", code: done.status ?? 1, output: `${done.stdout}${done.stderr}` });
    if (done.status !== 0) break;
  }
  return { steps, summary: existsSync(summaryFile) ? readFileSync(summaryFile, "utf8") : "" };
}

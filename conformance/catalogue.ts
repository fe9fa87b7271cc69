/** The catalogue: every rule that can be judged, in order of the groups. Ids are stable; retired ids are not reused. */
import { inconclusive, judged, type Rule } from "./rule.js";
import { configRules } from "./rules/config.js";
import { documentationRules } from "./rules/documentation.js";
import { gcodeRules } from "./rules/gcode.js";
import { lifecycleRules } from "./rules/lifecycle.js";
import { loadRules } from "./rules/load.js";
import { machineRules } from "./rules/machine.js";
import { motionRules } from "./rules/motion.js";
import { packageRules } from "./rules/package.js";
import { pythonPackageRules } from "./rules/python-package.js";
import { statusRules } from "./rules/status.js";
import { timerRules } from "./rules/timers.js";

const GROUPS = ["PKG", "LOAD", "CFG", "STA", "LIF", "TMR", "GC", "MOT", "MCU", "HTR", "SEC", "COX", "RES", "DOC"];
const order = (rule: Rule): number => GROUPS.indexOf(rule.id.split("-", 1)[0]!) * 1000 + Number(rule.id.split("-")[1]);

export const catalogue: readonly Rule[] = [
  ...packageRules, ...pythonPackageRules, ...loadRules, ...configRules, ...statusRules, ...lifecycleRules, ...timerRules, ...gcodeRules, ...motionRules, ...machineRules, ...documentationRules,
].sort((a, b) => order(a) - order(b));

/**
 * The canary: a rule that every plugin fails. It is judged only when it is asked for by name, and proves
 * that a failure travels all the way to the report and the exit code.
 */
export const canary: Rule = {
  id: "CANARY-001", title: "The runner reports failures", level: "MUST", severity: "S4",
  requirement: "This rule must fail; if it does not, the runner swallows failures.",
  source: "self-test of the harness",
  judge: (evidence) => evidence.plugin.path === "" ? inconclusive("no plugin") : judged("nothing", [{ message: "this rule fails on purpose", remedy: "nothing: run certify without --rules CANARY-001" }]),
};

/** Rules whose id matches a glob such as "STA-*", "MOT-00?" or a comma-separated list of globs. */
export function rulesMatching(glob: string): Rule[] {
  const patterns = glob.split(",").map((part) => new RegExp(`^${part.trim().replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".")}$`, "i"));
  return [...catalogue, canary].filter((rule) => (rule.id === canary.id ? patterns.some((p) => p.source.startsWith("^CANARY")) : true) && patterns.some((p) => p.test(rule.id)));
}

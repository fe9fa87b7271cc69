/**
 * Which rules an attached board can answer. The others want virtual time, a machine that follows the steps, faults made on purpose, or
 * hundreds of starts; on a board they are "not judged", and say so: they are neither passed nor do they hold the verdict back.
 */
import { busyMachine } from "./board-reports.js";
import { judgeRule } from "./judge.js";
import type { Evidence } from "./evidence.js";
import type { Rule, RuleResult } from "./rule.js";

const JUDGED = [
  /^(PKG|CANARY)-/, /^LOAD-0(0[1-4]|09|10|12|13|16|17|18|19)$/, /^STA-/, /^LIF-0(01|04|05|06|11|15)$/, /^TMR-/, /^GC-0(01|02|03|11|12|13|14|17|19)$/,
  /^MOT-0(02|04|09|10)$/, /^MCU-0(01|03|04|05|10)$/, /^HTR-/, /^SEC-/, /^COX-/, /^RES-005$/, /^DOC-00[234]$/,
];
/** Rules that need no session: of the package and of its import. */
const WITHOUT_SESSION = /^(PKG-|CANARY-|LOAD-00[1-4]$)/;

/** Rules that a session which ended early leaves open, whatever another one showed. */
const ON_RESTART_OR_TIME = /^(MOT-004|MCU-00[34]|GC-019)$/;

const WHY: readonly [RegExp, string][] = [
  [/^(CFG-|LOAD-0(0[5-8]|11)$|DOC-00[156]$)/, "it takes many starts with other configurations"],
  [/^(LOAD-014|RES-00[12])$/, "it compares lives of a printer in which time stands still while the plugin runs"],
  [/^LIF-(007|014)$/, "it needs faults and prints made on purpose"],
  [/^(LIF-008)$/, "the serial device belongs to the process that would be searched for what is left open"],
  [/^GC-/, "it calls commands with anything, and in every state of the printer"],
  [/^(MOT|MCU)-/, "it compares prints to the step in virtual time"],
];

/** What comes before the reason of a rule that a board cannot answer. */
export const NOT_ON_A_BOARD = "not judged on a board";

/** Whether a rule is judged on an attached board. */
export const isJudgedOnBoard = (id: string): boolean => JUDGED.some((pattern) => pattern.test(id));

/** Verdicts of a run on an attached board; those that it cannot give are `outside`. */
export function judgeOnBoard(rules: readonly Rule[], all: Evidence): RuleResult[] {
  const notRun = all.attachedBoard?.notRun;
  // What a busy machine has spoiled says nothing of the plugin, except which pins it used.
  const busy = all.sessions.map(busyMachine).find((why) => why !== undefined);
  const evidence: Evidence = { ...all, sessions: all.sessions.filter((session) => busyMachine(session) === undefined) };
  return rules.map((rule) => {
    const open = (reason: string): RuleResult => ({ id: rule.id, title: rule.title, level: rule.level, severity: rule.severity, verdict: "inconclusive", reason, findings: [] });
    if (!isJudgedOnBoard(rule.id)) return { ...open(`${NOT_ON_A_BOARD}: ${WHY.find(([pattern]) => pattern.test(rule.id))?.[1] ?? "it needs a simulated printer"}`), outside: true };
    // A plugin that was refused before anything was configured can be judged by what it wanted, and nothing else: the verdict stays open.
    if (notRun !== undefined && rule.id !== "SEC-012" && !WITHOUT_SESSION.test(rule.id)) return open(`the plugin was not run on the board: ${notRun}`);
    const result = judgeRule(rule, rule.id === "SEC-012" ? all : evidence);
    if (busy !== undefined && result.verdict !== "fail" && !WITHOUT_SESSION.test(rule.id) && rule.id !== "SEC-012" && (result.verdict === "inconclusive" || ON_RESTART_OR_TIME.test(rule.id))) return open(busy);
    return result;
  });
}

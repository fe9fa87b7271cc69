/** MOT: does the plugin leave the step timing alone. */
import type { AttachedBoardEvidence, Comparison, Evidence } from "../evidence.js";
import { inconclusive, judged, notApplicable, type Finding, type Judgement, type Rule } from "../rule.js";
import { firstLine, judgeCalls, ms, NO_COMMANDS, notSeen, pluginSessions } from "./evidence-views.js";
import { lateReport } from "../board-reports.js";
import { FLUSHING_MEMBERS } from "./status.js";

/** Least time from arrival to effect, seconds: a warning, a failure, and a failure in homing. */
export const SLACK_FLOORS = { warn: 0.075, fail: 0.05, homing: 0.04 } as const;
const { warn: SLACK_WARN, fail: SLACK_FAIL, homing: SLACK_HOMING } = SLACK_FLOORS;
const SLACK_LOSS = 0.05;
const ANCHOR_SHIFT = 0.05;
const JOB_SHIFT = 0.001;

/** That the job with the plugin did not come to its end: then all else that differs follows from it. */
function endedEarly(comparison: Comparison, evidence: Evidence): Finding | undefined {
  const session = evidence.sessions.find((s) => s.id === comparison.subject);
  if (session === undefined || session.outcome === "completed") return undefined;
  return {
    message: `the job with the plugin ended early (${session.state}): ${firstLine(session.message)}; ${comparison.stepsCompared} steps were made as without the plugin`,
    remedy: `find what the plugin did before it: ${session.callbacks.length === 0 ? "see the log of the session" : `its callbacks were ${session.callbacks.slice(-3).map((c) => `${c.kind} ${c.label}`).join(", ")}`}`,
    scenario: comparison.subject,
  };
}

function describe(comparison: Comparison, evidence: Evidence): Finding[] {
  if (comparison.differing === 0) return [];
  const ended = endedEarly(comparison, evidence);
  if (ended !== undefined) return [ended];
  const first = comparison.differences[0];
  const where = first === undefined ? "" : ` First at ${first.stepper}, segment ${first.segment}, step ${first.step}${Number.isNaN(first.deltaTicks) ? "" : ` (${first.deltaTicks > 0 ? "+" : ""}${first.deltaTicks} ticks)`}, ${first.atSeconds.toFixed(3)} s after the start${first.gcodeText === undefined ? "" : `, near line ${first.gcodeLine} '${first.gcodeText}'`}.`;
  return [{
    message: `${comparison.differing} steps differ from the same job without the plugin (${comparison.stepsCompared} are in both).${where}`,
    remedy: first?.lastCallback === undefined ? "do not call toolhead or G-code functions while a print runs; see MOT-002 for the calls" : `look at ${first.lastCallback}, which ran last before the first difference`,
    scenario: comparison.subject,
    evidence: comparison.differences.slice(0, 6).map((d) => `${d.stepper}: segment ${d.segment}, step ${d.step}, ${Number.isNaN(d.deltaTicks) ? "only in one stream" : `${d.deltaTicks} ticks`}, at ${d.atSeconds.toFixed(3)} s`),
  }];
}

function judgeComparison(evidence: Evidence, kinds: readonly Comparison["kind"][], missing: string, faulty: (comparison: Comparison, evidence: Evidence) => Finding[]): Judgement {
  const comparisons = evidence.comparisons.filter((c) => kinds.includes(c.kind));
  if (comparisons.length === 0) return inconclusive(missing);
  if (comparisons.every((c) => c.stepsCompared === 0 && c.differing === 0)) return inconclusive("the job made no steps that could be compared");
  const steps = comparisons.reduce((n, c) => n + c.stepsCompared, 0);
  return judged(`${steps} steps in ${comparisons.reduce((n, c) => n + c.segmentsBaseline, 0)} segments compared`, comparisons.flatMap((comparison) => faulty(comparison, evidence)));
}

const SITUATIONS = ["homing", "job", "idle"] as const;

function slackFindings(comparison: Comparison): Finding[] {
  return SITUATIONS.flatMap((situation): Finding[] => {
    const slack = comparison.minSlackSubject[situation];
    if (!Number.isFinite(slack)) return [];
    const floor = situation === "homing" ? SLACK_HOMING : SLACK_FAIL;
    if (slack >= floor && (situation === "homing" || slack >= SLACK_WARN)) return [];
    const text = slack < 0 ? `arrives ${ms(-slack)} too late` : `arrives only ${ms(slack)} before it is due`;
    return [{ message: `a command ${text} (${situation}); the floor is ${ms(floor)}`, remedy: "shorten the callbacks that run before it (see the costs), above all handlers of toolhead:sync_print_time", scenario: comparison.subject, soft: slack >= floor }];
  });
}

export const motionRules: readonly Rule[] = [
  {
    id: "MOT-001", title: "Idle invariance: the loaded plugin leaves every step where it was", level: "MUST", severity: "S1",
    requirement: "The same job with the plugin loaded but unused must give the same steps, to the tick, segment by segment.",
    source: "the premise of the project; rules.md O-STEP",
    judge: (evidence) => judgeComparison(evidence, ["idle", "subscribers"], "the job was not run with and without the plugin", describe),
  },
  {
    id: "MOT-002", title: "No look-ahead flush from timers, events, getStatus, stats", level: "MUST", severity: "S1",
    requirement: "While a job runs, nothing but a G-code command may flush the look-ahead queue.",
    source: "AFC PR #649: each flush inserts a stop of about 11 ms, and nothing else shows it",
    judge: (evidence) => judgeCalls(evidence, (call) => {
      if (call.duringJob === 0 || call.context.startsWith("gcode:")) return undefined;
      const flushes = (call.object === "toolhead" && FLUSHING_MEMBERS.has(call.member)) || (/^runScript/.test(call.member) && /M400|G4|G28|G1\b|G0\b/.test(call.firstArgs));
      return flushes ? {
        message: `${call.context} calls ${call.object}.${call.member}(${call.firstArgs}) while a job runs (${call.duringJob} times)`,
        remedy: call.member === "getLastMoveTime" ? "use toolhead.registerLookaheadCallback(cb), which gives the time without a flush" : "wait for the print to end, or act from a command",
      } : undefined;
    }),
  },
  {
    id: "MOT-003", title: "Active invariance: using the plugin's outputs leaves every step where it was", level: "MUST", severity: "S1",
    requirement: "Commands of the plugin that do not move must not change the steps of a job that uses them.",
    source: "rules.md MOT-003: pins, messages and LEDs at 10 Hz are E1 in Kalico",
    judge: (evidence) => {
      if (evidence.commands.length === 0 || pluginSessions(evidence).length === 0) return notSeen(evidence, NO_COMMANDS);
      if (evidence.capabilities.includes("moves") && !evidence.comparisons.some((c) => c.kind === "active")) return notApplicable("all commands of the plugin are declared to move");
      return judgeComparison(evidence, ["active"], "no command of the plugin could be used during a job", describe);
    },
  },
  {
    id: "MOT-004", title: "Commands arrive in time", level: "MUST", severity: "S0",
    requirement: "Every scheduled command must reach the micro-controller at least 50 ms (40 ms in homing) before it takes effect.",
    source: "Code_Overview: 100 ms ahead; Timer too close",
    judge: (evidence) => (evidence.attachedBoard === undefined ? judgeComparison(evidence, ["idle", "active", "subscribers"], "no job was run with the plugin", slackFindings) : judgeBoardReports(evidence, evidence.attachedBoard)),
  },
  {
    id: "MOT-005", title: "The plugin takes little of the lead", level: "SHOULD", severity: "S1",
    requirement: "The least time between arrival and effect should be at most 50 ms less than without the plugin.",
    source: "host-surface §5.1",
    judge: (evidence) => judgeComparison(evidence, ["idle", "active", "subscribers"], "no job was run with the plugin", (c) => ([...SITUATIONS, "start"] as const).flatMap((situation): Finding[] => {
      const loss = c.minSlackBaseline[situation] - c.minSlackSubject[situation];
      return Number.isFinite(loss) && loss > SLACK_LOSS ? [{ message: `the plugin takes ${ms(loss)} of the lead (${situation}): ${ms(c.minSlackSubject[situation])} instead of ${ms(c.minSlackBaseline[situation])}`, remedy: "shorten the callbacks that run before the first move of a segment", scenario: c.subject }] : [];
    })),
  },
  {
    id: "MOT-006", title: "No stalls, no stops added", level: "MUST", severity: "S2",
    requirement: "The plugin must not add stalls, segments or time to a job.",
    source: "toolhead.stalls; rules.md O-ANCHOR",
    judge: (evidence) => judgeComparison(evidence, ["idle", "subscribers"], "the job was not run with and without the plugin", (c) => {
      const ended = endedEarly(c, evidence);
      if (ended !== undefined) return [ended];
      const findings: Finding[] = [];
      const remedy = "do not block the reactor and do not flush the look-ahead queue while a print runs";
      if (c.stallsSubject > c.stallsBaseline) findings.push({ message: `${c.stallsSubject - c.stallsBaseline} stalls of the print are added`, remedy, scenario: c.subject });
      if (c.segmentsSubject !== c.segmentsBaseline) findings.push({ message: `the job has ${c.segmentsSubject} segments instead of ${c.segmentsBaseline}: motion stops where it did not`, remedy, scenario: c.subject });
      if (c.maxAnchorShift > ANCHOR_SHIFT) findings.push({ message: `a segment starts ${ms(c.maxAnchorShift)} off its place; the limit is ${ms(ANCHOR_SHIFT)}`, remedy, scenario: c.subject });
      const longer = c.jobSecondsSubject - c.jobSecondsBaseline;
      if (Math.abs(longer) > JOB_SHIFT * c.jobSecondsBaseline + ANCHOR_SHIFT) findings.push({ message: `the job takes ${longer.toFixed(3)} s longer`, remedy, scenario: c.subject });
      return findings;
    }),
  },
  {
    id: "MOT-007", title: "Envelope: harmless even when every callback takes its whole budget", level: "MUST", severity: "S1",
    requirement: "With every callback of the plugin charged its whole budget, steps and lead must still hold.",
    source: "rules.md §0.3: assume-guarantee",
    judge: (evidence) => judgeComparison(evidence, ["envelope"], "no envelope run was made", (c) => [...describe(c, evidence), ...slackFindings(c)]),
  },
  {
    id: "MOT-008", title: "Moves only on a user's command", level: "MUST", severity: "S0",
    requirement: "The plugin must not move the machine from timers, events or status queries.",
    source: "safety",
    judge: (evidence) => evidence.capabilities.includes("moves-by-itself") ? notApplicable("declared: moves-by-itself") : judgeCalls(evidence, (call) => {
      if (/^(gcode|endpoint|move_transform|lookahead):/.test(call.context)) return undefined;
      const moves = (call.object === "toolhead" && ["move", "manualMove", "dripMove"].includes(call.member)) || (/^runScript/.test(call.member) && /\bG[01]\b|G28|FORCE_MOVE/.test(call.firstArgs)) || call.member === "forceMove" || call.member === "manualHome";
      return moves ? { message: `${call.context} moves the machine: ${call.object}.${call.member}(${call.firstArgs})`, remedy: "move only in the handler of a G-code command" } : undefined;
    }),
  },
  {
    id: "MOT-009", title: "Moves go through the toolhead's checks", level: "MUST", severity: "S0",
    requirement: "The plugin must move by toolhead.move or manualMove, never by raw trapq or stepper calls, unless declared.",
    source: "toolhead.move checks limits and homing",
    judge: (evidence) => evidence.capabilities.includes("raw-motion") ? notApplicable("declared: raw-motion") : judgeCalls(evidence, (call) =>
      (/trapq/i.test(call.object) && ["append", "setPosition", "finalizeMoves"].includes(call.member)) || (/stepper|rail/i.test(call.object) && ["setTrapq", "setPosition", "generateSteps", "setStepperKinematics"].includes(call.member)) ? {
        message: `${call.context} calls ${call.object}.${call.member}, past all checks of limits and homing`, remedy: "use toolhead.manualMove(coord, speed)",
      } : undefined),
  },
  {
    id: "MOT-010", title: "Velocity and acceleration limits are restored", level: "MUST", severity: "S2",
    requirement: "Limits that a command changes must be restored, also when it fails.",
    source: "homing restores them in a finally block",
    judge: (evidence) => {
      if (evidence.commands.length === 0) return notSeen(evidence, NO_COMMANDS);
      const probes = pluginSessions(evidence).flatMap((s) => s.gcodeProbes);
      if (probes.length === 0) return inconclusive("the commands were not called");
      const bad = probes.find((p) => p.stateDiff.some((d) => d.what.startsWith("toolhead.")) && p.printerState !== "shutdown");
      return judged(`${probes.length} calls`, bad === undefined ? [] : [{ message: `'${bad.line.slice(0, 120)}' leaves ${bad.stateDiff.filter((d) => d.what.startsWith("toolhead.")).map((d) => `${d.what} ${d.before} → ${d.after}`).join(", ")}`, remedy: "restore the limits in a finally block", scenario: bad.scenario.id }]);
    },
  },
  {
    id: "MOT-012", title: "Determinism: the same seed gives the same run", level: "MUST", severity: "S2",
    requirement: "Two runs of one scenario with one seed must give the same commands, steps and status.",
    source: "no wall clock, randomness or unordered iteration in what the machine does",
    judge: (evidence) => {
      const replays = evidence.comparisons.filter((c) => c.kind === "replay");
      if (replays.length === 0) return inconclusive("no scenario was run twice");
      return judged(`${replays.length} scenarios run twice`, replays.filter((c) => !c.traceHashEqual).map((c) => ({ message: `two runs with the same seed differ${c.statusDifferences.length > 0 ? `: ${c.statusDifferences[0]}` : " in what is sent to the micro-controller"}`, remedy: "derive nothing from Date, Math.random, object identity, timing of promises or unsorted sets", scenario: c.subject })));
    },
  },
  {
    id: "MOT-014", title: "Jitter invariance", level: "SHOULD", severity: "S1",
    requirement: "Up to 10 ms of delay in the dispatch of callbacks should leave the steps of a job unchanged.",
    source: "rules.md GEN-LOAD",
    judge: (evidence) => judgeComparison(evidence, ["jitter"], "no run with jitter was made", describe),
  },
];

/** An attached board judges by itself: it shuts down for a command that comes too late. */
function judgeBoardReports(evidence: Evidence, board: AttachedBoardEvidence): Judgement {
  const sessions = pluginSessions(evidence);
  if (sessions.length === 0) return inconclusive("the plugin was not run on the board");
  const late = sessions.flatMap((session): Finding[] => {
    const report = lateReport(session);
    return report === undefined ? [] : [{ message: `the board shut down: ${report}`, remedy: "shorten callbacks, and schedule outputs at least 100 ms ahead of the estimated print time", scenario: session.id }];
  });
  const figures = Object.entries({ bytes_write: "bytes sent", bytes_retransmit: "sent again", bytes_invalid: "invalid", mcu_task_avg: "s a task on average" }).flatMap(([key, words]) => (board.statistics?.[key] === undefined ? [] : [`${board.statistics[key]} ${words}`]));
  return judged(`the board reported no late command in ${sessions.reduce((sum, s) => sum + s.virtualSeconds, 0).toFixed(0)} s${figures.length === 0 ? "" : `; in its last life ${figures.join(", ")}`}`, late);
}

/** LIF and RES: events, shutdown, disconnect, restarts, and what is left behind. */
import type { Evidence } from "../evidence.js";
import { lostSessions } from "../lost-sessions.js";
import { inconclusive, judged, notApplicable, type Finding, type Rule } from "../rule.js";
import { slope } from "../trend.js";
import { firstLine, firstOfEach, judgeCallbacks, judgeCalls, ms, nothingSeen, pluginSessions } from "./evidence-views.js";
import { ACTIVE_MEMBERS } from "./status.js";

/** Events sent from within motion planning: a handler delays the steps themselves. */
export const MOTION_PATH_EVENTS = ["toolhead:sync_print_time", "toolhead:set_position", "toolhead:manual_move", "stepper:sync_mcu_position", "stepper:set_dir_inverted", "extruder:activate_extruder", "idle_timeout:printing", "idle_timeout:ready"];
const MOTION_PATH_SECONDS = 0.005;
/** Nothing moves yet at klippy:ready: what waits is the printer's start. */
const READY_SECONDS = 0.1;
const MOTION_PATH_KINDS = ["lookahead", "flush", "move_transform"];
export const isMotionPath = (kind: string, label: string): boolean => MOTION_PATH_KINDS.includes(kind) || (kind === "event" && MOTION_PATH_EVENTS.includes(label));

const HEAP_PER_RESTART = 100_000;
/** Two significant figures: more than a measured heap has. */
const kilobytes = (bytes: number): string => String(Number((bytes / 1000).toPrecision(2)));

const shutDownSessions = (evidence: Evidence) => pluginSessions(evidence).filter((s) => s.scenario.walk.some((step) => step.do === "shutdown" || step.do === "lose-mcu"));

export const lifecycleRules: readonly Rule[] = [
  {
    id: "LIF-001", title: "No MCU command before klippy:connect", level: "MUST", severity: "S1",
    requirement: "Commands of the micro-controller may be looked up only in config callbacks or from klippy:connect on: before, its dictionary is not known.",
    source: "host-surface §4.1",
    judge: (evidence) => judgeCalls(evidence, (call) => call.context === "load_config" && ["lookupCommand", "lookupQueryCommand", "tryLookupCommand"].includes(call.member) ? {
      message: `loadConfig calls mcu.${call.member}(${call.firstArgs})`, remedy: "do it in a callback given to mcu.registerConfigCallback, or at klippy:connect",
    } : undefined),
  },
  {
    id: "LIF-004", title: "klippy:ready handler does not throw", level: "MUST", severity: "S1",
    requirement: "A handler of klippy:ready must not throw: the printer shuts down at once.",
    source: "host-surface §4: Internal error during ready callback",
    judge: (evidence) => judgeCallbacks(evidence, (c) => c.kind === "event" && c.label === "klippy:ready", "the plugin has no handler of klippy:ready", (c) => c.errors.length > 0 ? {
      message: `the handler of klippy:ready throws: ${firstLine(c.errors[0]!.message)}`, remedy: "check at klippy:connect what may fail, and throw config.error there; contain the rest", ...(c.errors[0]!.place === undefined ? {} : { place: c.errors[0]!.place }),
    } : undefined),
  },
  {
    id: "LIF-005", title: "klippy:ready handler does not pause or block", level: "MUST", severity: "S2",
    requirement: "A handler of klippy:ready must return at once; longer work belongs into a timer.",
    source: "Klipper PR #7079",
    judge: (evidence) => judgeCallbacks(evidence, (c) => c.kind === "event" && c.label === "klippy:ready", "the plugin has no handler of klippy:ready", (c) => c.pauses > 0 || c.blockedBy.length > 0 || c.maxSeconds > READY_SECONDS ? {
      message: `the handler of klippy:ready ${c.pauses > 0 ? "pauses" : `takes ${ms(c.maxSeconds)}${c.blockedBy.length + c.files.length > 0 ? ` (${c.blockedBy[0] ?? c.files[0]})` : ""}`}`, remedy: "register a timer with reactor.NOW in the handler and do the work there",
    } : undefined),
  },
  {
    id: "LIF-006", title: "klippy:shutdown handler is passive", level: "MUST", severity: "S1",
    requirement: "A handler of klippy:shutdown must not throw, pause, run G-code, move or send commands.",
    source: "led_effect PR #53",
    judge: (evidence) => {
      if (shutDownSessions(evidence).length === 0) return inconclusive("no session with a shutdown was run");
      const own = judgeCallbacks(evidence, (c) => c.kind === "event" && c.label === "klippy:shutdown", "the plugin has no handler of klippy:shutdown", (c) => c.errors.length > 0 || c.pauses > 0 ? {
        message: `the handler of klippy:shutdown ${c.errors.length > 0 ? `throws: ${firstLine(c.errors[0]!.message)}` : "pauses"}`, remedy: "only note the state there",
      } : undefined);
      if (own.kind !== "judged") return own;
      const calls = judgeCalls(evidence, (call) => call.context === "event:klippy:shutdown" && ACTIVE_MEMBERS.has(call.member) ? { message: `the handler of klippy:shutdown calls ${call.object}.${call.member}()`, remedy: "outputs go to their shutdown value by themselves; only note the state" } : undefined);
      return judged(own.basis, [...own.findings, ...(calls.kind === "judged" ? calls.findings : [])]);
    },
  },
  {
    id: "LIF-007", title: "Survives a shutdown before connect and ready", level: "MUST", severity: "S2",
    requirement: "Every handler must work when the printer never became ready.",
    source: "GEN-EVENT: a shutdown may come at any time",
    judge: (evidence) => {
      const early = pluginSessions(evidence).filter((s) => s.scenario.id.includes("early-shutdown"));
      if (early.length === 0) return inconclusive("no session with a shutdown before ready was run");
      const errors = early.flatMap((s) => s.callbacks.flatMap((c) => c.errors.map((e) => ({ c, e, s }))));
      return judged(`${early.length} early shutdowns`, firstOfEach(errors, ({ c }) => c.label).map(({ c, e, s }) => ({
        message: `after a shutdown before ready ${c.kind} ${c.label} throws: ${firstLine(e.message)}`, remedy: "initialise in the constructor what the handler uses, and test for what connect would have set", scenario: s.id, ...(e.place === undefined ? {} : { place: e.place }),
      })));
    },
  },
  {
    id: "LIF-008", title: "Disconnect releases everything", level: "MUST", severity: "S1",
    requirement: "At klippy:disconnect the plugin must close its files, sockets, watchers and JavaScript timers.",
    source: "Code_Overview: the host restarts inside the same process",
    judge: (evidence) => judgeLeftovers(evidence, ["handle", "interval"], "close it in a handler of klippy:disconnect"),
  },
  {
    id: "LIF-011", title: "Motion-path handlers are short", level: "MUST", severity: "S1",
    requirement: "Handlers of events that motion planning sends, look-ahead callbacks and move transforms must take at most 5 ms on the reference host and never pause.",
    source: "host-surface §5.1: a delay there is taken 1:1 from the 250 ms lead of the first move",
    judge: (evidence) => judgeCallbacks(evidence, (c) => isMotionPath(c.kind, c.label), "the plugin has no handler on the motion path", (c) => c.pauses > 0 || c.maxSeconds > MOTION_PATH_SECONDS ? {
      message: `${c.kind} ${c.label} ${c.pauses > 0 ? "pauses" : `takes ${ms(c.maxSeconds)}`}${c.blockedBy.length > 0 ? ` in ${c.blockedBy[0]}` : ""}; the limit is ${ms(MOTION_PATH_SECONDS)} without pause`, remedy: "note the values and do the work in a reactor callback (reactor.registerCallback)",
    } : undefined),
  },
  {
    id: "LIF-014", title: "Pause, cancel and errors of a print leave the plugin consistent", level: "MUST", severity: "S2",
    requirement: "After a print was paused, resumed or cancelled the plugin must go on without errors.",
    source: "GEN-JOB with pause and cancel at random lines",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence).filter((s) => s.scenario.walk.some((step) => step.do === "job" && (step.pauseAtLine !== undefined || step.cancelAtLine !== undefined)));
      if (sessions.length === 0) return inconclusive("no print was paused or cancelled");
      const findings = sessions.flatMap((s): Finding[] => {
        const errors = s.callbacks.flatMap((c) => c.errors.map((e) => ({ c, e })));
        if (errors.length > 0) return [{ message: `${errors[0]!.c.kind} ${errors[0]!.c.label} throws when a print is paused or cancelled: ${firstLine(errors[0]!.e.message)}`, remedy: "treat print_stats events as possible at any time and in any order", scenario: s.id, ...(errors[0]!.e.place === undefined ? {} : { place: errors[0]!.e.place }) }];
        return s.outcome === "completed" ? [] : [{ message: `the printer ends in ${s.outcome} when a print is paused or cancelled: ${firstLine(s.message)}`, remedy: "treat print_stats events as possible at any time and in any order", scenario: s.id }];
      });
      return judged(`${sessions.length} prints with pause or cancel`, findings);
    },
  },
  {
    id: "LIF-015", title: "Does not end or shut down the host", level: "MUST", severity: "S1",
    requirement: "The plugin must not call requestExit or invokeShutdown unless it declares a safety reason.",
    source: "push_notify #10: no Internet, no printer",
    judge: (evidence) => {
      const died = judgeEndings(evidence, ["exited", "crashed"], "never end the process: report a command error, or throw an Error");
      if (evidence.capabilities.includes("safety-shutdown") && died.length === 0) return notApplicable("declared: safety-shutdown");
      const calls = judgeCalls(evidence, (call) => ["requestExit", "invokeShutdown", "invokeAsyncShutdown"].includes(call.member) ? {
        message: `${call.context} calls printer.${call.member}(${call.firstArgs})`, remedy: "report a command error or a warning; declare the capability safety-shutdown if people or machine are in danger",
      } : undefined);
      return calls.kind === "judged" ? judged(calls.basis, [...died, ...calls.findings]) : died.length > 0 ? judged("sessions that the plugin ended", died) : calls;
    },
  },
  {
    id: "RES-005", title: "Memory and output are bounded", level: "MUST", severity: "S2",
    requirement: "The plugin must not fill memory or print without end.",
    source: "rules.md RES-005; the log queue grows in memory",
    judge: (evidence) => {
      const endings = judgeEndings(evidence, ["memory-limit", "output-limit"], "bound every list and history; log changes, not states");
      return pluginSessions(evidence).length + endings.length === 0 ? nothingSeen(evidence) : judged(`${pluginSessions(evidence).length + lostSessions(evidence).length} sessions with limits of memory and output`, endings);
    },
  },
  {
    id: "RES-001", title: "Restarts leave nothing behind", level: "MUST", severity: "S1",
    requirement: "Over repeated restarts the number of the plugin's timers, files and sockets must return to where it began.",
    source: "RESTART is in-process",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence).filter((s) => s.lives.length > 2);
      if (sessions.length === 0) return inconclusive("no session with repeated restarts was run");
      const leftovers = firstOfEach(sessions.flatMap((s) => s.leftovers.map((l) => ({ l, s }))), ({ l }) => l.kind + l.detail);
      return judged(`${sessions.reduce((n, s) => n + s.lives.length - 1, 0)} restarts`, leftovers.map(({ l, s }) => ({ message: `left behind after restarts: ${l.detail} (${l.kind})`, remedy: "release it in a handler of klippy:disconnect", scenario: s.id })));
    },
  },
  {
    id: "RES-002", title: "Memory does not grow with restarts", level: "SHOULD", severity: "S2",
    requirement: "Each restart should cost at most 100 kB.",
    source: "Pi Zero 2: 512 MB",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence).filter((s) => s.lives.length > 4);
      if (sessions.length === 0) return inconclusive("no session with repeated restarts was run");
      const findings = sessions.flatMap((s): Finding[] => {
        const base = evidence.sessions.find((b) => !b.scenario.withPlugin && b.lives.length === s.lives.length);
        // The host's own lives cost something too: that is measured without the plugin, and taken off.
        const ofHost = slope(s.lives.map((l) => l.heapBytes)) - Math.max(0, slope(base?.lives.map((l) => l.heapBytes) ?? []));
        const ofInterpreter = slope(s.lives.flatMap((l) => l.interpreterBytes ?? []));
        const own = Math.max(ofHost, ofInterpreter);
        return own > HEAP_PER_RESTART ? [{ message: `memory grows by about ${kilobytes(own)} kB with each restart; the limit is ${HEAP_PER_RESTART / 1000} kB`, remedy: "do not keep printer objects in module variables or closures of global listeners", scenario: s.id }] : [];
      });
      return judged(`${sessions[0]!.lives.length - 1} restarts`, findings.slice(0, 1));
    },
  },
];

/** Sessions in which the plugin's process did not live to the end. */
export function judgeEndings(evidence: Evidence, outcomes: readonly string[], remedy: string): Finding[] {
  return firstOfEach([...pluginSessions(evidence), ...lostSessions(evidence)].filter((s) => outcomes.includes(s.outcome)), (s) => s.message).map((s) => ({
    message: `the plugin ${s.message}${s.lastCall === undefined || s.message.includes(s.lastCall) ? "" : `; last call: ${s.lastCall}`}`, remedy, scenario: s.id,
  }));
}

function judgeLeftovers(evidence: Evidence, kinds: readonly string[], remedy: string) {
  const sessions = pluginSessions(evidence);
  if (sessions.length === 0) return nothingSeen(evidence);
  const left = firstOfEach(sessions.flatMap((s) => s.leftovers.filter((l) => kinds.includes(l.kind)).map((l) => ({ l, s }))), ({ l }) => l.detail);
  return judged(`${sessions.length} disconnects`, left.map(({ l, s }) => ({ message: `still open after klippy:disconnect: ${l.detail}`, remedy, scenario: s.id })));
}

/** TMR: what the plugin does on the reactor's time. */
import type { CallbackCost } from "../evidence.js";
import { inconclusive, judged, type Finding, type Rule } from "../rule.js";
import { firstLine, firstOfEach, judgeCallbacks, judgeCalls, ms, nothingSeen, pluginSessions } from "./evidence-views.js";
import { isMotionPath, judgeEndings } from "./lifecycle.js";

const BLOCKED_MUST = 0.1;
const BLOCKED_SHOULD = 0.025;
/** One access to a file on the reference host takes 5 ms; the kernel's own files far less. */
const FILES_SECONDS = 0.004;
/** Where files may be waited for, and how long: a command has its budget, at klippy:ready nothing moves yet, and nothing any more after a shutdown. */
const WAITS_FOR_FILES: Readonly<Record<string, number>> = { gcode: 0.05, "event klippy:ready": BLOCKED_MUST, "event klippy:shutdown": BLOCKED_MUST };
const RUNS_PER_SECOND = 200;
const LOG_LINES_PER_SECOND = 10;
const MEAN_SHARE = 0.08;
/** Callbacks that share the reactor with motion; loading and connecting come before any motion. */
const ON_REACTOR = new Set(["timer", "callback", "event", "gcode", "get_status", "stats", "endpoint", "other"]);
const START_UP = new Set(["klippy:connect", "klippy:mcu_identify", "klippy:disconnect", "klippy:firmware_restart"]);
const onReactor = (c: { kind: string; label: string }): boolean => ON_REACTOR.has(c.kind) && !(c.kind === "event" && START_UP.has(c.label));

function fileFinding(c: CallbackCost): Finding {
  const soft = c.maxFileSeconds <= BLOCKED_MUST;
  const limit = soft && c.kind !== "gcode" ? "" : `; the limit is ${ms(soft ? WAITS_FOR_FILES["gcode"]! : BLOCKED_MUST)}`;
  return {
    message: `${c.kind} ${c.label} waits ${ms(c.maxFileSeconds)} for files on the reference host, as in ${c.files[0]}${limit}: steps and heaters wait too, and a busy card takes longer`,
    remedy: "read when the plugin is loaded or at klippy:connect, and keep the content; write from a command, or outside the host", soft,
  };
}

export const timerRules: readonly Rule[] = [
  {
    id: "TMR-001", title: "Timer callbacks return a finite number", level: "MUST", severity: "S1",
    requirement: "A timer callback must return the event time of its next run, or reactor.NEVER.",
    source: "host-surface §5: None ends the process",
    judge: (evidence) => judgeCallbacks(evidence, (c) => c.kind === "timer", "the plugin has no timer", (c) => c.badReturns.length > 0 ? {
      message: `the timer ${c.label} returned ${c.badReturns[0]!.value}`, remedy: "return eventtime + interval, or reactor.NEVER, on every path", eventTime: c.badReturns[0]!.eventTime,
    } : undefined),
  },
  {
    id: "TMR-002", title: "Timers do not run in a busy loop", level: "MUST", severity: "S2",
    requirement: "A timer must wait at least some milliseconds between runs, and use reactor.NEVER when idle.",
    source: "host-surface §5: a wake time that is not in the future runs again at once",
    judge: (evidence) => judgeCallbacks(evidence, (c) => c.kind === "timer", "the plugin has no timer", (c) => c.maxRunsPerSecond > RUNS_PER_SECOND ? {
      message: `the timer ${c.label} runs ${c.maxRunsPerSecond} times a second; the limit is ${RUNS_PER_SECOND}`, remedy: "return eventtime + interval, not eventtime; return reactor.NEVER while there is nothing to do",
    } : undefined),
  },
  {
    id: "TMR-004", title: "Exceptions are contained", level: "MUST", severity: "S1",
    requirement: "A timer or callback on the reactor must not throw: the whole printer shuts down.",
    source: "host-surface §5; Happy-Hare #176",
    judge: (evidence) => judgeCallbacks(evidence, (c) => c.kind === "timer" || c.kind === "callback", "the plugin has no timer or callback", (c) => c.errors.length > 0 ? {
      message: `${c.kind} ${c.label} throws: ${firstLine(c.errors[0]!.message)}`, remedy: "catch what can fail, log it, and return the next wake time", eventTime: c.errors[0]!.eventTime, ...(c.errors[0]!.place === undefined ? {} : { place: c.errors[0]!.place }),
    } : undefined),
  },
  {
    id: "TMR-005", title: "Nothing blocks the reactor", level: "MUST", severity: "S1",
    requirement: "Callbacks must not sleep, open connections or wait for processes, nor wait for files longer than 100 ms; and should not read or write files in timers, events and handlers of motion at all, nor in a command longer than 50 ms without a pause: everything else in the host waits with them.",
    source: "Klipper PR #4057; AFC PRs #53, #844; Shake&Tune #124",
    judge: (evidence) => judgeCallbacks(evidence, onReactor, "the plugin has no callback on the reactor", (c) => {
      if (c.blockedBy.length > 0) return { message: `${c.kind} ${c.label} blocks the reactor in ${c.blockedBy[0]}`, remedy: "use `await reactor.pause(eventtime + seconds)` to wait; do network and processes outside the host" };
      return c.maxFileSeconds > (WAITS_FOR_FILES[c.kind === "event" ? `event ${c.label}` : c.kind] ?? FILES_SECONDS) ? fileFinding(c) : undefined;
    }),
  },
  {
    id: "TMR-006", title: "Callbacks are short", level: "MUST", severity: "S1",
    requirement: "A callback must not run longer than 100 ms without pause on the reference host, and should stay below 25 ms.",
    source: "homing and pins are scheduled 100 ms ahead; Klipper #1659, #2025",
    judge: (evidence) => {
      const hung = judgeEndings(evidence, ["hung"], "bound every loop, and pause in long ones");
      const own = judgeCallbacks(evidence, (c) => onReactor(c) && !isMotionPath(c.kind, c.label), "the plugin has no callback on the reactor", (c) => c.maxSeconds > BLOCKED_SHOULD ? {
        message: `${c.kind} ${c.label} runs ${ms(c.maxSeconds)} without pause on the reference host; the limit is ${ms(c.maxSeconds > BLOCKED_MUST ? BLOCKED_MUST : BLOCKED_SHOULD)}`,
        remedy: "split the work over several timer runs, or pause now and then", eventTime: c.maxAtEventTime, soft: c.maxSeconds <= BLOCKED_MUST,
      } : undefined);
      return hung.length === 0 ? own : judged(own.kind === "judged" ? own.basis : "sessions that did not come to an end", [...hung, ...(own.kind === "judged" ? own.findings : [])]);
    },
  },
  {
    id: "TMR-007", title: "Mean share of the host is small", level: "SHOULD", severity: "S2",
    requirement: "All callbacks together should take at most 8 % of the reference host.",
    source: "led_effect #228, Happy-Hare #280",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence).filter((s) => s.virtualSeconds > 10);
      if (sessions.length === 0) return inconclusive("no session of some length was run");
      const shares = sessions.map((s) => ({ s, share: s.callbacks.filter(onReactor).reduce((sum, c) => sum + c.totalSeconds, 0) / s.virtualSeconds }));
      const worst = shares.reduce((a, b) => (b.share > a.share ? b : a));
      return judged(`${(worst.share * 100).toFixed(2)} % at most`, worst.share > MEAN_SHARE ? [{ message: `the plugin takes ${(worst.share * 100).toFixed(1)} % of the reference host; the limit is ${MEAN_SHARE * 100} %`, remedy: "run timers less often, and compute only what changed", scenario: worst.s.id }] : []);
    },
  },
  {
    id: "TMR-008", title: "Timers are unregistered exactly once", level: "MUST", severity: "S2",
    requirement: "A timer must not be unregistered twice: the second time throws.",
    source: "host-surface §5",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence);
      if (sessions.length === 0) return nothingSeen(evidence);
      const twice = firstOfEach(sessions.flatMap((s) => s.contract.filter((c) => c.what === "timer unregistered twice").map((c) => ({ c, s }))), ({ c }) => c.detail);
      return judged(`${sessions.length} sessions`, twice.map(({ c, s }) => ({ message: `a timer is unregistered twice (${c.detail})`, remedy: "forget the timer when you unregister it: this.timer = null", scenario: s.id, eventTime: c.eventTime })));
    },
  },
  {
    id: "TMR-009", title: "updateTimer is not used inside the timer's own callback", level: "SHOULD", severity: "S3",
    requirement: "The next wake time should be returned; updateTimer is ignored while that timer's callback runs.",
    source: "host-surface §5; Klipper PR #7035",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence);
      if (sessions.length === 0) return nothingSeen(evidence);
      const ignored = firstOfEach(sessions.flatMap((s) => s.contract.filter((c) => c.what === "update of a running timer" && c.place !== undefined).map((c) => ({ c, s }))), ({ c }) => `${c.place!.file}:${c.place!.line}`);
      return judged(`${sessions.length} sessions`, ignored.map(({ c, s }) => ({ message: "calls reactor.updateTimer for a timer whose callback runs, which is ignored", remedy: "return the next wake time from the callback", scenario: s.id, eventTime: c.eventTime, place: c.place! })));
    },
  },
  {
    id: "TMR-010", title: "No threads", level: "MUST", severity: "S1",
    requirement: "Host objects belong to the reactor's thread; the plugin must not start threads.",
    source: "Klipper #2115",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence);
      if (sessions.length === 0) return nothingSeen(evidence);
      const threads = firstOfEach(sessions.flatMap((s) => s.sideEffects.filter((e) => e.kind === "thread").map((e) => ({ e, s }))), ({ e }) => e.detail);
      return judged("worker threads, watched", threads.map(({ e, s }) => ({ message: `starts a thread: ${e.detail}`, remedy: "use reactor timers and callbacks", scenario: s.id, ...(e.place === undefined ? {} : { place: e.place }) })));
    },
  },
  {
    id: "TMR-012", title: "No pause where the host cannot wait", level: "MUST", severity: "S1",
    requirement: "Look-ahead callbacks, flush callbacks, sensor callbacks and handlers of motion events must return without pausing or returning a promise.",
    source: "Klipper PR #7079",
    judge: (evidence) => judgeCallbacks(evidence, (c) => ["lookahead", "flush", "response", "move_transform"].includes(c.kind) || isMotionPath(c.kind, c.label), "the plugin has no such callback", (c) => c.pauses > 0 ? { message: `${c.kind} ${c.label} pauses`, remedy: "let it note the values; do the work in reactor.registerCallback" } : undefined),
  },
  {
    id: "TMR-013", title: "Scripts are run in the right way", level: "MUST", severity: "S1",
    requirement: "A G-code handler must use runScriptFromCommand (runScript would wait for itself); a timer must use runScript.",
    source: "host-surface §6.1: the G-code mutex",
    judge: (evidence) => judgeCalls(evidence, (call) =>
      call.member === "runScript" && call.context.startsWith("gcode:") ? { message: `${call.context} calls gcode.runScript, which waits for the mutex that the command holds: a deadlock`, remedy: "call gcode.runScriptFromCommand in a command handler" }
      : call.member === "runScriptFromCommand" && /^(timer|callback):/.test(call.context) ? { message: `${call.context} calls gcode.runScriptFromCommand without holding the G-code mutex`, remedy: "call gcode.runScript in a timer" } : undefined),
  },
  {
    id: "TMR-017", title: "Logging is sparse", level: "SHOULD", severity: "S3",
    requirement: "The plugin should write at most 10 lines a second to the log or the console.",
    source: "the log queue grows in memory",
    judge: (evidence) => {
      const sessions = pluginSessions(evidence).filter((s) => s.virtualSeconds > 5);
      if (sessions.length === 0) return inconclusive("no session of some length was run");
      const busy = sessions.map((s) => ({ s, rate: s.sideEffects.filter((e) => e.kind === "output" && e.phase === "run").length / s.virtualSeconds })).filter(({ rate }) => rate > LOG_LINES_PER_SECOND);
      return judged(`${sessions.length} sessions`, busy.slice(0, 1).map(({ s, rate }) => ({ message: `writes ${rate.toFixed(0)} lines a second; the limit is ${LOG_LINES_PER_SECOND}`, remedy: "log changes, not states", scenario: s.id })));
    },
  },
];

/** STA: what getStatus returns, costs and does. */
import { inconclusive, judged, type Finding, type Rule } from "../rule.js";
import { firstLine, firstOfEach, judgeCallbacks, judgeCalls, judgeStatus, ms, NO_STATUS, notSeen, pluginSessions, statusOf } from "./evidence-views.js";

const STATUS_SECONDS = 0.005;
const STATUS_MAX_BYTES = 1_000_000;
const STATUS_SOFT_BYTES = 64_000;
const CHANGED_BYTES = 2_000;

/** Members of host objects that move, flush, run scripts or talk to the micro-controller. */
export const ACTIVE_MEMBERS = new Set([
  "getLastMoveTime", "flushStepGeneration", "waitMoves", "dwell", "move", "manualMove", "dripMove", "setPosition",
  "runScript", "runScriptFromCommand", "send", "sendWithPreface", "setDigital", "setPwm", "home", "setTemperature", "setTemp",
]);

/** Those that empty the look-ahead queue, and so insert a stop into a print. */
export const FLUSHING_MEMBERS = new Set(["getLastMoveTime", "flushStepGeneration", "waitMoves", "dwell", "setPosition"]);

export const statusRules: readonly Rule[] = [
  {
    id: "STA-001", title: "getStatus is a function of one eventtime", level: "MUST", severity: "S1",
    requirement: "If the object has a getStatus, it must be a function that takes the event time.",
    source: "webhooks: any object with get_status is polled",
    judge: (evidence) => judgeStatus(evidence, (s) => s.returned === "not-callable" ? { message: `'${s.object}'.getStatus is not a function`, remedy: "make it a method: getStatus(eventtime) { return {…}; }" } : undefined),
  },
  {
    id: "STA-002", title: "getStatus works without argument", level: "SHOULD", severity: "S3",
    requirement: "getStatus should also answer when it is called without event time.",
    source: "Developing Plugins: `eventtime: float | None = None`",
    judge: (evidence) => judgeStatus(evidence, (s) => s.withoutArgument === "threw" && s.threw === undefined ? { message: `'${s.object}'.getStatus() without argument throws`, remedy: "treat a missing eventtime as \"now\": getStatus(eventtime = this.reactor.monotonic())" } : undefined),
  },
  {
    id: "STA-003", title: "getStatus returns an object", level: "MUST", severity: "S1",
    requirement: "getStatus must return a plain object, in every state; null ends in a shutdown.",
    source: "host-surface §8.1",
    judge: (evidence) => judgeStatus(evidence, (s) => s.threw === undefined && s.returned !== "object" && s.returned !== "not-callable" && s.returned !== "promise" ? { message: `'${s.object}'.getStatus returned ${s.returned} (${s.phase})`, remedy: "return {} when there is nothing to say yet" } : undefined),
  },
  {
    id: "STA-004", title: "Status keys are strings", level: "MUST", severity: "S2",
    requirement: "All keys of the status, at every depth, must be strings.",
    source: "Code_Overview; Klipper PR #6159",
    judge: (evidence) => judgeStatus(evidence, (s) => s.notStringKeys.length === 0 ? undefined : { message: `'${s.object}' has keys that are no strings: ${s.notStringKeys.slice(0, 3).join(", ")}`, remedy: "use plain objects with string keys" }),
  },
  {
    id: "STA-005", title: "Status values are JSON", level: "MUST", severity: "S1",
    requirement: "Status may hold only null, booleans, numbers, strings, arrays and plain objects.",
    source: "host-surface §8: anything else shuts the printer down",
    judge: (evidence) => judgeStatus(evidence, (s) => s.notJson.length === 0 ? undefined : { message: `'${s.object}' returns ${s.notJson[0]!.what} at ${s.notJson[0]!.path}`, remedy: `convert ${s.notJson[0]!.path} to a plain value before returning it` }),
  },
  {
    id: "STA-006", title: "No bulk arrays in status", level: "MUST", severity: "S1",
    requirement: "Status must not hold typed arrays (or numpy arrays): the subscription cannot compare them.",
    source: "host-surface §8.1",
    judge: (evidence) => judgeStatus(evidence, (s) => s.bulkArrays.length === 0 ? undefined : { message: `'${s.object}' returns a bulk array at ${s.bulkArrays[0]}`, remedy: "return Array.from(values), or better a summary" }),
  },
  {
    id: "STA-007", title: "All numbers are finite", level: "MUST", severity: "S1",
    requirement: "Status must not contain NaN or Infinity, at any depth, in any state.",
    source: "nevermore #29, Moonraker PR #1016: one NaN makes the whole message unreadable",
    judge: (evidence) => judgeStatus(evidence, (s) => s.notFinite.length === 0 ? undefined : { message: `'${s.object}' returns a number that is not finite at ${s.notFinite[0]} (${s.phase})`, remedy: "return null until there is a value, and guard divisions by zero" }),
  },
  {
    id: "STA-008", title: "getStatus never throws", level: "MUST", severity: "S1",
    requirement: "getStatus must answer in every state: right after load, before connect, ready, in shutdown, after disconnect.",
    source: "host-surface §8.1: one exception shuts the printer down and no query is answered again",
    judge: (evidence) => judgeStatus(evidence, (s) => s.threw === undefined ? undefined : { message: `'${s.object}'.getStatus throws ${s.phase}: ${firstLine(s.threw)}`, remedy: "initialise every field in the constructor, and return the last known values" }),
  },
  {
    id: "STA-009", title: "getStatus does not change anything", level: "MUST", severity: "S2",
    requirement: "Calling getStatus a hundred times must leave the same status as calling it once.",
    source: "every subscriber multiplies the calls",
    judge: (evidence) => {
      const repeats = pluginSessions(evidence).flatMap((s) => (s.statusRepeat ?? []).map((item) => ({ item, session: s })));
      if (repeats.length === 0) return statusOf(evidence).length === 0 ? notSeen(evidence, NO_STATUS) : inconclusive("getStatus was not called repeatedly");
      return judged(`${repeats.length} objects called 100 times at one event time`, firstOfEach(repeats.filter(({ item }) => !item.same), ({ item }) => item.object).map(({ item, session }) => ({
        message: `'${item.object}'.getStatus changes what it reports: ${item.detail}`, remedy: "move the update into a timer or an event handler; getStatus only reads", scenario: session.id,
      })));
    },
  },
  {
    id: "STA-010", title: "Returned containers are not changed afterwards", level: "MUST", severity: "S2",
    requirement: "A list or object that getStatus has returned must not change; changed content needs a new container.",
    source: "host-surface §8.1: a change in place is never reported; Klipper PR #5222",
    judge: (evidence) => {
      if (statusOf(evidence).length === 0) return notSeen(evidence, NO_STATUS);
      const mutations = firstOfEach(pluginSessions(evidence).flatMap((s) => s.statusMutations.map((item) => ({ item, session: s }))), ({ item }) => `${item.object}${item.path}`);
      return judged(`${statusOf(evidence).length} calls of getStatus, each container kept and compared`, mutations.map(({ item, session }): Finding => ({
        message: `'${item.object}' changed ${item.path} in place after returning it`, remedy: "return a copy ([...list], {...object}), or replace the container when its content changes", scenario: session.id, eventTime: item.eventTime,
      })));
    },
  },
  {
    id: "STA-012", title: "Keys are stable", level: "MUST", severity: "S2",
    requirement: "The keys of the first non-empty status must be the keys for ever: later ones are never sent to subscribers.",
    source: "host-surface §8.1",
    judge: (evidence) => {
      const samples = statusOf(evidence).filter(({ item }) => item.threw === undefined && item.keys.length > 0);
      if (samples.length === 0) return statusOf(evidence).length === 0 ? notSeen(evidence, NO_STATUS) : judged(`${statusOf(evidence).length} calls of getStatus, none with keys`, []);
      const findings: Finding[] = [];
      for (const group of grouped(samples, ({ item, session }) => `${session.id}\n${item.object}`)) {
        const first = group[0]!.item;
        const late = group.find(({ item }) => item.keys.join() !== first.keys.join());
        if (late === undefined) continue;
        const added = late.item.keys.filter((key) => !first.keys.includes(key));
        const gone = first.keys.filter((key) => !late.item.keys.includes(key));
        if (added.length + gone.length === 0) continue;
        findings.push({ message: `'${first.object}' ${added.length > 0 ? `adds the key ${added.map((k) => `'${k}'`).join(", ")}` : `drops the key ${gone.map((k) => `'${k}'`).join(", ")}`} later (${late.item.phase})`, remedy: "return every key from the start, with null where there is no value yet", scenario: late.session.id, eventTime: late.item.eventTime });
      }
      return judged(`${samples.length} calls of getStatus`, firstOfEach(findings, (f) => f.message));
    },
  },
  {
    id: "STA-013", title: "Types are stable", level: "SHOULD", severity: "S3",
    requirement: "A status field should keep its type (null is allowed).",
    source: "front ends' typings",
    judge: (evidence) => {
      const samples = statusOf(evidence).filter(({ item }) => item.threw === undefined);
      if (samples.length === 0) return notSeen(evidence, NO_STATUS);
      const findings: Finding[] = [];
      for (const group of grouped(samples, ({ item }) => item.object)) {
        const seen = new Map<string, string>();
        for (const { item, session } of group) {
          for (const [key, type] of Object.entries(item.types)) {
            if (type === "null") continue;
            const before = seen.get(key);
            if (before === undefined) seen.set(key, type);
            else if (before !== type) findings.push({ message: `'${item.object}.${key}' is ${before} and later ${type}`, remedy: "keep one type for each field", scenario: session.id });
          }
        }
      }
      return judged(`${samples.length} calls of getStatus`, firstOfEach(findings, (f) => f.message));
    },
  },
  {
    id: "STA-014", title: "getStatus does not block", level: "MUST", severity: "S1",
    requirement: "getStatus must not wait: no files, network, processes, sleeps or pauses, no promise.",
    source: "AFC #672 (HTTP in status), Rinkhals #111 (44 s)",
    judge: (evidence) => {
      const promise = judgeStatus(evidence, (s) => s.returned === "promise" ? { message: `'${s.object}'.getStatus returns a promise`, remedy: "getStatus is synchronous: keep the values up to date in a timer and return them" } : undefined);
      const blocked = judgeCallbacks(evidence, (cost) => cost.kind === "get_status", NO_STATUS, (cost) => cost.blockedSeconds > 0 || cost.pauses > 0 ? {
        message: `'${cost.label}'.getStatus ${cost.pauses > 0 ? "pauses" : `blocks in ${cost.blockedBy[0] ?? cost.files[0]} (${ms(cost.blockedSeconds / Math.max(1, cost.runs))} at each call on the reference host)`}`, remedy: "do this in a timer callback or a handler, and let getStatus return the last result",
      } : undefined);
      if (promise.kind !== "judged") return promise;
      return judged(promise.basis, [...promise.findings, ...(blocked.kind === "judged" ? blocked.findings : [])]);
    },
  },
  {
    id: "STA-015", title: "getStatus causes no action", level: "MUST", severity: "S1",
    requirement: "getStatus must not flush the look-ahead, move, run G-code or send commands to a micro-controller.",
    source: "MOT-002: a flush from a status query stops the print for a moment, 4 times a second",
    judge: (evidence) => statusOf(evidence).length === 0 ? notSeen(evidence, NO_STATUS) : judgeCalls(evidence, (call) => call.context.startsWith("get_status") && ACTIVE_MEMBERS.has(call.member) ? {
      message: `getStatus calls ${call.object}.${call.member}()`,
      remedy: call.member === "getLastMoveTime" ? "use toolhead.getStatus(eventtime).print_time or mcu.estimatedPrintTime(eventtime)" : "do it in a command or an event handler",
    } : undefined),
  },
  {
    id: "STA-016", title: "getStatus is cheap", level: "SHOULD", severity: "S2",
    requirement: "getStatus should cost at most 5 ms on the reference host.",
    source: "4 Hz × every object: front ends subscribe to everything",
    judge: (evidence) => judgeCallbacks(evidence, (cost) => cost.kind === "get_status", NO_STATUS, (cost) => cost.maxSeconds > STATUS_SECONDS ? {
      message: `'${cost.label}'.getStatus costs ${ms(cost.maxSeconds)} on the reference host; the limit is ${ms(STATUS_SECONDS)}`, remedy: "compute when the data change, not when they are asked for",
    } : undefined),
  },
  {
    id: "STA-017", title: "Status is of bounded size", level: "MUST", severity: "S2",
    requirement: "The status of one object must stay below 1 MB, and should stay below 64 kB.",
    source: "Moonraker reads at most 20 MiB for all objects together",
    judge: (evidence) => judgeStatus(evidence, (s) => s.bytes > STATUS_MAX_BYTES ? { message: `the status of '${s.object}' is ${(s.bytes / 1e6).toFixed(1)} MB`, remedy: "publish a summary; serve the data through an endpoint" }
      : s.bytes > STATUS_SOFT_BYTES ? { message: `the status of '${s.object}' is larger than ${STATUS_SOFT_BYTES / 1000} kB`, remedy: "publish a summary; serve the data through an endpoint", soft: true } : undefined),
  },
  {
    id: "STA-018", title: "Updates are small", level: "SHOULD", severity: "S3",
    requirement: "The fields that change from one query to the next should be at most 2 kB.",
    source: "sent 4 times a second to every client",
    judge: (evidence) => judgeStatus(evidence, (s) => s.changedBytes > CHANGED_BYTES ? { message: `'${s.object}' changes more than ${CHANGED_BYTES / 1000} kB of its status from one query to the next`, remedy: "split what changes often from what is large" } : undefined),
  },
];

function grouped<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const k = key(item);
    const group = groups.get(k);
    if (group === undefined) groups.set(k, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}


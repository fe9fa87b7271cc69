/** Views of the evidence that several rules share: which sessions, which callbacks, how a place reads. */
import type { CallbackCost, ConfigProbe, Evidence, HostAccess, HostCall, SessionEvidence, StatusSample } from "../evidence.js";
import { isLost, lostSessions, lostText } from "../lost-sessions.js";
import { inconclusive, judged, notApplicable, type Finding, type Judgement } from "../rule.js";

/** Sessions in which the plugin was loaded, and which came to an end that tells what happened. */
export function pluginSessions(evidence: Evidence): SessionEvidence[] {
  return evidence.sessions.filter((session) => session.scenario.withPlugin && !isLost(session));
}

/** The answer where no session with the plugin can be looked at, with the reason. */
export function nothingSeen(evidence: Evidence): Judgement {
  const [lost] = lostSessions(evidence);
  return inconclusive(lost === undefined ? "no session with the plugin was run" : `cannot judge: ${lostText(lost)}`);
}

/**
 * The answer where no session shows what the rule is about: it does not apply. Unless nobody saw the plugin at work, or a session was
 * ended by force: the plugin may have it after all.
 */
export function notSeen(evidence: Evidence, none: string): Judgement {
  if (pluginSessions(evidence).length === 0) return nothingSeen(evidence);
  const [lost] = lostSessions(evidence);
  return lost === undefined ? notApplicable(none) : inconclusive(`cannot judge: not seen so far (${none}), but ${lostText(lost)}`);
}

export interface InSession<T> {
  item: T;
  session: SessionEvidence;
}

function inSessions<T>(evidence: Evidence, items: (session: SessionEvidence) => readonly T[]): InSession<T>[] {
  return pluginSessions(evidence).flatMap((session) => items(session).map((item) => ({ item, session })));
}

export const callbacksOf = (evidence: Evidence): InSession<CallbackCost>[] => inSessions(evidence, (s) => s.callbacks);
export const callsOf = (evidence: Evidence): InSession<HostCall>[] => inSessions(evidence, (s) => s.calls);
export const accessesOf = (evidence: Evidence): InSession<HostAccess>[] => inSessions(evidence, (s) => s.accesses);
export const statusOf = (evidence: Evidence): InSession<StatusSample>[] => inSessions(evidence, (s) => s.status);

/** One finding per distinct key: the first one seen stands for all. */
export function firstOfEach<T>(items: readonly T[], key: (item: T) => string): T[] {
  const seen = new Map<string, T>();
  for (const item of items) if (!seen.has(key(item))) seen.set(key(item), item);
  return [...seen.values()];
}

/** Why rules of the status do not apply. */
export const NO_STATUS = "the plugin publishes no status (no getStatus)";

/** Why rules of the commands do not apply. */
export const NO_COMMANDS = "the plugin registers no commands";

/** Judges all samples of get_status. */
export function judgeStatus(evidence: Evidence, faulty: (sample: StatusSample) => Omit<Finding, "scenario" | "eventTime" | "place"> | undefined): Judgement {
  const samples = statusOf(evidence);
  if (samples.length === 0) return notSeen(evidence, NO_STATUS);
  const findings = firstOfEach(
    samples.flatMap(({ item, session }) => {
      const finding = faulty(item);
      return finding === undefined ? [] : [{ ...finding, scenario: session.id, eventTime: item.eventTime, ...(item.place === undefined ? {} : { place: item.place }) }];
    }),
    (finding) => finding.message,
  ).slice(0, 10);
  const objects = new Set(samples.map(({ item }) => item.object)).size;
  return judged(`${samples.length} calls of getStatus of ${objects} object${objects === 1 ? "" : "s"}`, findings);
}

/** Judges all runs of the plugin's callbacks. */
export function judgeCallbacks(evidence: Evidence, chosen: (cost: CallbackCost) => boolean, none: string, faulty: (cost: CallbackCost, session: SessionEvidence) => Finding | undefined): Judgement {
  if (pluginSessions(evidence).length === 0) return nothingSeen(evidence);
  const costs = callbacksOf(evidence).filter(({ item }) => chosen(item));
  if (costs.length === 0) return notSeen(evidence, none);
  const findings = firstOfEach(
    costs.flatMap(({ item, session }) => {
      const finding = faulty(item, session);
      return finding === undefined ? [] : [{ key: `${item.kind}:${item.label}`, finding: { scenario: session.id, ...(item.place === undefined ? {} : { place: item.place }), ...finding } }];
    }),
    ({ key }) => key,
  ).map(({ finding }) => finding);
  const runs = costs.reduce((sum, { item }) => sum + item.runs, 0);
  return judged(`${runs} runs of ${new Set(costs.map(({ item }) => `${item.kind}:${item.label}`)).size} callbacks`, findings);
}

/** Judges all calls of the plugin into the host. */
export function judgeCalls(evidence: Evidence, faulty: (call: HostCall, session: SessionEvidence) => Omit<Finding, "scenario" | "place" | "eventTime"> | undefined): Judgement {
  if (pluginSessions(evidence).length === 0) return nothingSeen(evidence);
  const calls = callsOf(evidence);
  const findings = firstOfEach(
    calls.flatMap(({ item, session }) => {
      const finding = faulty(item, session);
      return finding === undefined ? [] : [{ ...finding, scenario: session.id, eventTime: item.firstEventTime, ...(item.place === undefined ? {} : { place: item.place }) }];
    }),
    (finding) => finding.message,
  );
  return judged(`${calls.reduce((sum, { item }) => sum + item.count, 0)} calls of the plugin into the host in ${pluginSessions(evidence).length} sessions`, findings);
}

/** Judges the configuration probes of some kinds. */
export function judgeProbes(evidence: Evidence, kinds: readonly ConfigProbe["kind"][], none: string, faulty: (probe: ConfigProbe) => Omit<Finding, "scenario"> | undefined): Judgement {
  const probes = evidence.probes.filter((probe) => kinds.includes(probe.kind));
  if (probes.length === 0 && isRefused(evidence.start, evidence.sections)) return inconclusive("no configuration that loads is known: see LOAD-005");
  if (probes.length === 0) return evidence.probes.length === 0 ? inconclusive("the configuration was not probed") : notApplicable(none);
  const findings = probes.flatMap((probe) => {
    const finding = faulty(probe);
    return finding === undefined ? [] : [{ ...finding, scenario: probe.scenario.id, evidence: [...(finding.evidence ?? []), `configuration: ${probe.kind}${probe.option === undefined ? "" : ` (${probe.option}: ${probe.value ?? "absent"})`}`, `host said: ${probe.state}: ${firstLine(probe.message)}`] }];
  });
  return judged(`${probes.length} configurations`, firstOfEach(findings, (f) => f.message));
}

/** Most characters of a foreign text that a finding quotes. */
const MAX_QUOTED = 240;

/** The first line of a text that a plugin or host wrote, shortened. */
export function firstLine(text: string): string {
  const line = text.split("\n", 1)[0] ?? "";
  return line.length <= MAX_QUOTED ? line : `${line.slice(0, MAX_QUOTED)}…`;
}

export const ms = (seconds: number): string => `${(seconds * 1000).toFixed(seconds < 0.001 ? 3 : 1)} ms`;

/** Whether a message is about the configuration of these sections, as the plugin's getters and config.error write it. */
const isAboutSections = (message: string, sections: readonly string[]): boolean => sections.some((section) => firstLine(message).toLowerCase().includes(`section '${section.toLowerCase()}'`));

/**
 * Whether the plugin says no to the configuration that was given or guessed. Then nothing is known of it; every other end of a
 * start is the plugin's doing, and its rules judge it.
 */
export const isRefused = (start: Evidence["start"], sections: readonly string[]): boolean =>
  start !== undefined && start.state === "error" && !isInternalError(start) && isAboutSections(start.message, sections);

export const isInternalError = (probe: { state: string; message: string }): boolean =>
  probe.state === "shutdown" || /^Internal error|Unhandled exception|^Can not update/.test(probe.message);

/**
 * Records what the pictures of one print need while it runs, and reduces it at the end. It only reads: finished segments of
 * the trapezoid queues, status that is queried anyway, bytes on the lines, costs as they are booked.
 */
import { Buckets, rounded, type BucketSeries, type TimeWindow } from "../charts/bucket-series.js";
import type { CallbackChart, SessionCharts, SlackDip } from "../charts/charts.js";
import type { CallbackCost } from "../../conformance/evidence.js";
import type { McuTrace } from "../../sim-mcu/trace/mcu-trace.js";

interface Segment { printTime: number; moveT: number; startV: number; accel: number; xR: number; yR: number; zR: number }
interface TrapqReader { extractOld(max: number, startTime: number, endTime: number): Segment[] }
interface Traffic { at: number[]; bytes: number[] }

/** Segments that are read from a queue at a time. */
const MAX_SEGMENTS = 1e6;
/** Window of the bandwidth, seconds. */
const LINK_WINDOW = 0.1;
/** A callback this long before a command's arrival may have held it up, seconds. */
const BLAME_SECONDS = 0.5;
const MAX_DIPS = 12;
const MAX_RUNS = 300_000;
const FAR = 1e15;

export interface ChartContext {
  session: string;
  withPlugin: boolean;
  /** Ticks per second, and clocks of the main micro-controller between which the job ran. */
  frequency: number;
  jobStartClock: number;
  jobEndClock: number;
  /** Clock of the main micro-controller at an event time. */
  clockAt(eventTime: number): number;
  trace: McuTrace;
  /** Event times between which the machine was homing. */
  homing: readonly (readonly [number, number])[];
  links: readonly { name: string; capacity: number | null }[];
  callbacks: readonly CallbackCost[];
  budgetOf(kind: string, label: string): number;
}

export class ChartRecorder {
  readonly #segments = new Map<string, Segment[]>();
  readonly #read = new Map<string, number>();
  readonly #traffic = new Map<string, { toMcu: Traffic; toHost: Traffic }>();
  readonly #temperature = new Map<string, { at: number[]; value: number[]; target: number[] }>();
  readonly #status = new Map<string, { at: number[]; bytes: number[]; changed: number[]; keys: { at: number; added: string[]; removed: string[] }[]; last: readonly string[] | undefined }>();
  readonly #labels = new Map<string, number>();
  readonly #runAt: number[] = [];
  readonly #runLabel: number[] = [];
  readonly #runSeconds: number[] = [];

  /** Reads the segments that a queue has finished since the last call. */
  readTrapq(name: string, trapq: TrapqReader): void {
    const from = this.#read.get(name) ?? 0;
    const found = trapq.extractOld(MAX_SEGMENTS, from, FAR);
    let list = this.#segments.get(name);
    if (list === undefined) this.#segments.set(name, (list = []));
    let end = from;
    for (let i = found.length - 1; i >= 0; i--) {
      const move = found[i]!;
      if (move.printTime < from - 1e-9) continue;
      list.push(move);
      end = Math.max(end, move.printTime + move.moveT);
    }
    this.#read.set(name, end);
  }

  traffic(mcu: string, direction: "to-mcu" | "to-host", bytes: number, eventTime: number): void {
    let both = this.#traffic.get(mcu);
    if (both === undefined) this.#traffic.set(mcu, (both = { toMcu: { at: [], bytes: [] }, toHost: { at: [], bytes: [] } }));
    const side = direction === "to-mcu" ? both.toMcu : both.toHost;
    side.at.push(eventTime);
    side.bytes.push(bytes);
  }

  /** Status of an object that is not the plugin's: those with a temperature are kept. */
  hostStatus(object: string, status: unknown, eventTime: number): void {
    if (typeof status !== "object" || status === null) return;
    const { temperature, target } = status as { temperature?: unknown; target?: unknown };
    if (typeof temperature !== "number") return;
    let entry = this.#temperature.get(object);
    if (entry === undefined) this.#temperature.set(object, (entry = { at: [], value: [], target: [] }));
    entry.at.push(eventTime);
    entry.value.push(temperature);
    entry.target.push(typeof target === "number" ? target : NaN);
  }

  pluginStatus(object: string, bytes: number, changed: number, keys: readonly string[], eventTime: number): void {
    let entry = this.#status.get(object);
    if (entry === undefined) this.#status.set(object, (entry = { at: [], bytes: [], changed: [], keys: [], last: undefined }));
    entry.at.push(eventTime);
    entry.bytes.push(bytes);
    entry.changed.push(changed);
    const before = entry.last;
    if (before !== undefined && (before.length !== keys.length || before.some((key, i) => key !== keys[i]))) {
      const added = keys.filter((key) => !before.includes(key));
      const removed = before.filter((key) => !keys.includes(key));
      if ((added.length > 0 || removed.length > 0) && entry.keys.length < 200) entry.keys.push({ at: eventTime, added: added.slice(0, 20), removed: removed.slice(0, 20) });
    }
    entry.last = keys;
  }

  /** An uninterrupted stretch of a callback, as it was charged. */
  callback(kind: string, label: string, seconds: number, eventTime: number): void {
    if (this.#runAt.length >= MAX_RUNS) return;
    const name = `${kind} ${label}`;
    let index = this.#labels.get(name);
    if (index === undefined) this.#labels.set(name, (index = this.#labels.size));
    this.#runAt.push(eventTime);
    this.#runLabel.push(index);
    this.#runSeconds.push(seconds);
  }

  finish(context: ChartContext): SessionCharts {
    const origin = context.jobStartClock / context.frequency;
    const window: TimeWindow = { start: 0, end: Math.max(1, (context.jobEndClock - context.jobStartClock) / context.frequency) };
    const ofEvent = (eventTime: number): number => context.clockAt(eventTime) / context.frequency - origin;
    const seriesOf = (at: readonly number[], values: readonly number[], unit: string, scale: number, count?: number): BucketSeries => {
      const buckets = new Buckets(window, count);
      for (let i = 0; i < at.length; i++) if (!Number.isNaN(values[i]!)) buckets.add(ofEvent(at[i]!), values[i]!);
      return buckets.series(unit, scale);
    };
    const homing = context.homing.map(([from, to]): [number, number] => [rounded(ofEvent(from)), rounded(Math.min(window.end, to === Infinity ? window.end : ofEvent(to)))]).filter(([from, to]) => to > 0 && from < window.end);
    const { slack, dips } = this.#slack(context, window, origin, homing, ofEvent);
    return {
      session: context.session, withPlugin: context.withPlugin, jobStartClock: context.jobStartClock, seconds: rounded(window.end), bodyStart: 0,
      ...this.#motion(window, origin), ...(slack === undefined ? {} : { slack }), homing, dips,
      callbacks: this.#callbacks(context, window, ofEvent),
      link: Object.fromEntries(context.links.flatMap(({ name, capacity }) => {
        const both = this.#traffic.get(name);
        return both === undefined ? [] : [[name, { toMcu: bandwidth(both.toMcu, window, ofEvent), toHost: bandwidth(both.toHost, window, ofEvent), capacity }]];
      })),
      temperature: Object.fromEntries([...this.#temperature].map(([name, t]) => [name, {
        measured: seriesOf(t.at, t.value, "°C", 0.1, 1500), ...(t.target.some((v) => !Number.isNaN(v)) ? { target: seriesOf(t.at, t.target, "°C", 0.1, 1500) } : {}),
      }])),
      status: Object.fromEntries([...this.#status].map(([name, s]) => [name, {
        bytes: seriesOf(s.at, s.bytes, "B", 1, 1500), changed: seriesOf(s.at, s.changed, "B", 1, 1500), keys: s.keys.map((k) => ({ ...k, at: rounded(ofEvent(k.at)) })),
      }])),
    };
  }

  #motion(window: TimeWindow, origin: number): Pick<SessionCharts, "velocity" | "acceleration"> {
    const velocity: Record<string, BucketSeries> = {};
    const acceleration: Record<string, BucketSeries> = {};
    for (const [name, segments] of this.#segments) {
      const axes: [string, (s: Segment) => number][] = name === "toolhead" ? [["x", (s) => s.xR], ["y", (s) => s.yR], ["z", (s) => s.zR]] : [[name, (s) => s.xR]];
      for (const [axis, ratioOf] of axes) {
        const v = new Buckets(window);
        const a = new Buckets(window);
        let before = 0;
        for (const s of segments) {
          const from = s.printTime - origin;
          const to = from + s.moveT;
          if (to < window.start || from > window.end) continue;
          const ratio = ratioOf(s);
          // Between segments the axis is at rest.
          for (const rest of [v, a]) rest.addLine(before, from, 0, 0);
          before = to;
          v.addLine(from, to, s.startV * ratio, (s.startV + s.accel * s.moveT) * ratio);
          a.addLine(from, to, s.accel * ratio, s.accel * ratio);
        }
        for (const rest of [v, a]) rest.addLine(before, window.end, 0, 0);
        velocity[axis] = v.series("mm/s", 0.1);
        acceleration[axis] = a.series("mm/s²", 1);
      }
    }
    return { velocity, acceleration };
  }

  #slack(context: ChartContext, window: TimeWindow, origin: number, homing: readonly [number, number][], ofEvent: (t: number) => number): { slack?: BucketSeries; dips: SlackDip[] } {
    const { trace, frequency } = context;
    const buckets = new Buckets(window);
    const worst = new Map<number, { at: number; slack: number; row: number }>();
    const lot = (window.end - window.start) / 200;
    let any = false;
    for (let i = 0; i < trace.arrivalClock.length; i++) {
      const ticks = trace.slack(i);
      if (Number.isNaN(ticks)) continue;
      const name = trace.kinds[trace.kind.at(i)]!.name;
      // As for the rules: a reset of the step clock and a disabled endstop carry no deadline.
      if (name === "reset_step_clock" || (name === "endstop_home" && trace.effectClock.at(i) === 0)) continue;
      const at = trace.arrivalClock.at(i) / frequency - origin;
      if (at < window.start || at > window.end) continue;
      const seconds = ticks / frequency;
      any = true;
      buckets.add(at, seconds);
      const key = Math.floor(at / lot);
      const known = worst.get(key);
      if (known === undefined || seconds < known.slack) worst.set(key, { at, slack: seconds, row: i });
    }
    if (!any) return { dips: [] };
    const isHomingAt = (at: number): boolean => homing.some(([from, to]) => at >= from && at <= to);
    // Homing has the lower slack by nature: the lowest of either.
    const sorted = [...worst.values()].sort((a, b) => a.slack - b.slack || a.at - b.at);
    const chosen = [...sorted.filter((d) => !isHomingAt(d.at)).slice(0, MAX_DIPS / 2), ...sorted.filter((d) => isHomingAt(d.at)).slice(0, MAX_DIPS / 2)];
    const dips = chosen.map(({ at, slack, row }): SlackDip => {
      const callback = this.#costliestBefore(at, ofEvent);
      const isHoming = isHomingAt(at);
      return {
        at: rounded(at), slackSeconds: rounded(slack), command: trace.kinds[trace.kind.at(row)]!.name, oid: trace.oid.at(row),
        situation: isHoming ? "homing" : "job", ...(callback === undefined ? {} : { callback }),
      };
    });
    return { slack: buckets.series("s", 1e-4, "min"), dips };
  }

  #costliestBefore(at: number, ofEvent: (t: number) => number): SlackDip["callback"] {
    const names = [...this.#labels.keys()];
    // Costs are booked in order of time: the last that lies before, by halving.
    let low = 0;
    let high = this.#runAt.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ofEvent(this.#runAt[middle]!) <= at) low = middle + 1;
      else high = middle;
    }
    let best: SlackDip["callback"];
    for (let i = low - 1; i >= 0; i--) {
      const when = ofEvent(this.#runAt[i]!);
      if (at - when > BLAME_SECONDS) break;
      if (best === undefined || this.#runSeconds[i]! > best.seconds) best = { label: names[this.#runLabel[i]!]!, seconds: this.#runSeconds[i]!, at: rounded(when) };
    }
    return best;
  }

  #callbacks(context: ChartContext, window: TimeWindow, ofEvent: (t: number) => number): CallbackChart[] {
    return context.callbacks.filter((c) => c.runs > 0).map((c): CallbackChart => {
      const index = this.#labels.get(`${c.kind} ${c.label}`);
      const base = { kind: c.kind, label: c.label, runs: c.runs, maxSeconds: c.maxSeconds, totalSeconds: c.totalSeconds, budgetSeconds: context.budgetOf(c.kind, c.label) };
      if (index === undefined) return base;
      const buckets = new Buckets(window, 1500);
      let inJob = 0;
      for (let i = 0; i < this.#runAt.length; i++) {
        if (this.#runLabel[i] !== index) continue;
        const at = ofEvent(this.#runAt[i]!);
        if (at < window.start || at > window.end) continue;
        inJob += 1;
        buckets.add(at, this.#runSeconds[i]!);
      }
      return inJob === 0 ? base : { ...base, cost: buckets.series("s", 1e-7, "max") };
    }).sort((a, b) => share(b) - share(a));
  }
}

const share = (c: CallbackChart): number => (c.budgetSeconds > 0 ? c.maxSeconds / c.budgetSeconds : 0);

function bandwidth(traffic: Traffic, window: TimeWindow, ofEvent: (t: number) => number): BucketSeries {
  const windows = new Float64Array(Math.ceil((window.end - window.start) / LINK_WINDOW) + 1);
  for (let i = 0; i < traffic.at.length; i++) {
    const index = Math.floor((ofEvent(traffic.at[i]!) - window.start) / LINK_WINDOW);
    if (index >= 0 && index < windows.length) windows[index]! += traffic.bytes[i]!;
  }
  const buckets = new Buckets(window, Math.min(3000, windows.length));
  for (let i = 0; i < windows.length; i++) buckets.add(window.start + (i + 0.5) * LINK_WINDOW, windows[i]! / LINK_WINDOW);
  return buckets.series("B/s", 1);
}

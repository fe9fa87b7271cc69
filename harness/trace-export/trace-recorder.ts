/**
 * Records a session for an export: it listens to pins, costs and lines and reads finished segments, and changes nothing. Memory
 * is bounded by MAX_ROWS per track, whatever the plugin does; what lies beyond is left out and named.
 */
import type { HostObserver } from "../../host/observer.js";
import { float64Column, uint16Column, type Column } from "../../sim-mcu/trace/columns.js";
import type { McuTrace } from "../../sim-mcu/trace/mcu-trace.js";
import { stepperNames } from "../session/trace-evidence.js";
import type { SimWorld } from "../world/sim-world.js";
import { MOVE_FIELDS, type StepperLog, type TraceLog } from "./trace-log.js";

/** Most rows of a track: an hour of dense printing has a quarter of it. */
const MAX_ROWS = 1_000_000;
const MAX_TEXT = 200;
/** Windows of the slack over the whole session. */
const SLACK_WINDOWS = 20_000;
const MAX_SEGMENTS = 1e6;
const FAR = 1e15;

interface Segment { printTime: number; moveT: number; startV: number; accel: number; xR: number; yR: number; zR: number }
interface TrapqReader { extractOld(max: number, startTime: number, endTime: number): Segment[] }

export class TraceRecorder implements HostObserver {
  readonly #world: SimWorld;
  readonly #gcodeAt = float64Column();
  readonly #gcodeText: string[] = [];
  readonly #callbackAt = float64Column();
  readonly #callbackSeconds = float64Column();
  readonly #callbackLabel = uint16Column();
  readonly #labels = new Map<string, number>();
  readonly #moves = new Map<string, { column: Column<Float64Array>; read: number }>();
  readonly #temperature = new Map<string, { at: Column<Float64Array>; value: Column<Float64Array> }>();
  readonly #pinNames: string[] = [];
  readonly #pinAt = float64Column();
  readonly #pin = uint16Column();
  readonly #pinOn = float64Column();
  readonly #pinCycle = float64Column();
  readonly #cut = new Set<string>();

  /** @param world not started yet */
  constructor(world: SimWorld) {
    this.#world = world;
    for (const { name, mcu } of world.mcus) {
      const rate = mcu.board.clockFreq;
      for (const pin of mcu.gpio.pinNames()) {
        const index = this.#pinNames.push(world.mcus.length > 1 ? `${name}:${pin}` : pin) - 1;
        mcu.gpio.onOutput(pin, (state) => {
          if (!this.#room("pins", this.#pinAt)) return;
          // A reset sets pins at clock 0 of a clock that does not run yet.
          this.#pinAt.push(state.since === 0 ? world.clock.now : mcu.worldTimeAt(state.since));
          this.#pin.push(index);
          this.#pinOn.push(state.cycleTicks === 0 ? (state.onTicks ? 1 : 0) : state.onTicks / rate);
          this.#pinCycle.push(state.cycleTicks / rate);
        });
      }
    }
  }

  #room(track: string, column: { length: number }, rows = 1): boolean {
    if (column.length + rows <= MAX_ROWS * rows) return true;
    this.#cut.add(`${track}: more than ${MAX_ROWS} rows`);
    return false;
  }

  onGcodeCommand(line: string, eventTime: number): void {
    if (!this.#room("G-code", this.#gcodeAt)) return;
    this.#gcodeAt.push(eventTime);
    this.#gcodeText.push(line.slice(0, MAX_TEXT));
  }

  /** An uninterrupted stretch of a callback. @param seconds what it was charged; 0 where nothing is charged */
  callback(kind: string, label: string, seconds: number, eventTime: number): void {
    if (!this.#room("callbacks", this.#callbackAt)) return;
    const name = `${kind} ${label}`;
    let index = this.#labels.get(name);
    if (index === undefined) this.#labels.set(name, (index = Math.min(this.#labels.size, 65_535)));
    this.#callbackAt.push(eventTime);
    this.#callbackSeconds.push(seconds);
    this.#callbackLabel.push(index);
  }

  /** Reads what has finished since the last call: segments and temperatures. To be called at least every ten seconds. */
  sample(): void {
    const printer = this.#world.printer;
    if (printer === undefined || printer.getStateMessage()[1] !== "ready") return;
    const now = this.#world.clock.now;
    for (const [name, object] of printer.objects) {
      if (object === null || typeof object !== "object") continue;
      if (name === "toolhead" || /^extruder\d*$/.test(name)) {
        const trapq = (object as { getTrapq?: () => TrapqReader | null }).getTrapq?.();
        if (trapq !== undefined && trapq !== null) this.#readTrapq(name, trapq);
      }
      if (/^(extruder\d*|heater_bed|heater_generic .+|temperature_sensor .+|temperature_fan .+)$/.test(name)) this.#readTemperature(name, object as { getStatus?: (t: number) => unknown }, now);
    }
  }

  #readTrapq(name: string, trapq: TrapqReader): void {
    let track = this.#moves.get(name);
    if (track === undefined) this.#moves.set(name, (track = { column: float64Column(), read: 0 }));
    const from = track.read;
    const found = trapq.extractOld(MAX_SEGMENTS, from, FAR);
    for (let i = found.length - 1; i >= 0; i--) {
      const s = found[i]!;
      if (s.printTime < from - 1e-9 || (s.startV === 0 && s.accel === 0)) continue;
      if (!this.#room(`moves of ${name}`, track.column, MOVE_FIELDS.length)) return;
      for (const value of [s.printTime, s.moveT, s.startV, s.accel, s.xR, s.yR, s.zR]) track.column.push(value);
      track.read = Math.max(track.read, s.printTime + s.moveT);
    }
  }

  #readTemperature(name: string, object: { getStatus?: (t: number) => unknown }, now: number): void {
    const value = (object.getStatus?.(now) as { temperature?: unknown } | undefined)?.temperature;
    if (typeof value !== "number") return;
    let track = this.#temperature.get(name);
    if (track === undefined) this.#temperature.set(name, (track = { at: float64Column(), value: float64Column() }));
    if (!this.#room(`temperature of ${name}`, track.at)) return;
    track.at.push(now);
    track.value.push(value);
  }

  finish(session: string): TraceLog {
    this.sample();
    const { main, mcus } = this.#world;
    const mainTime = (clock: number): number => main.mcu.worldTimeAt(clock);
    const frequency = main.mcu.board.clockFreq;
    const moves: TraceLog["moves"] = {};
    for (const [name, { column }] of this.#moves) {
      const rows = column.toArray();
      // The planner knows print time: seconds of the main micro-controller's clock.
      for (let i = 0; i < rows.length; i += MOVE_FIELDS.length) rows[i] = mainTime(rows[i]! * frequency);
      moves[name] = rows;
    }
    return {
      session, seconds: this.#world.clock.now, gcode: { at: this.#gcodeAt.toArray(), text: this.#gcodeText },
      callbacks: { at: this.#callbackAt.toArray(), seconds: this.#callbackSeconds.toArray(), label: this.#callbackLabel.toArray(), labels: [...this.#labels.keys()] },
      moves, slack: slackOf(main.trace, frequency, mainTime, this.#world.clock.now),
      temperature: Object.fromEntries([...this.#temperature].map(([name, t]) => [name, { at: t.at.toArray(), value: t.value.toArray() }])),
      pins: { names: this.#pinNames, at: this.#pinAt.toArray(), pin: this.#pin.toArray(), on: this.#pinOn.toArray(), cycle: this.#pinCycle.toArray() },
      steppers: mcus.flatMap((bench) => {
        const names = stepperNames(this.#world, bench);
        const zero = bench.mcu.worldTimeAt(0);
        const sources = new Map(bench.mcu.gpio.stepSources().map((s) => [s.oid, s]));
        const prefix = mcus.length > 1 ? `${bench.name}:` : "";
        return bench.trace.allSteps().map((s): StepperLog => ({
          name: names.get(s.oid) ?? `${bench.name} oid ${s.oid}`, mcu: bench.name, stepPin: `${prefix}${sources.get(s.oid)?.stepPin ?? `step${s.oid}`}`, dirPin: `${prefix}${sources.get(s.oid)?.dirPin ?? `dir${s.oid}`}`,
          zero, tick: bench.mcu.worldTimeAt(1) - zero,
          firstClock: s.firstClock.toArray(), interval: s.interval.toArray(), count: s.count.toArray(), add: s.add.toArray(), dir: s.dir.toArray(),
        }));
      }),
      cut: [...this.#cut],
    };
  }
}

/** Least slack in windows over the session; commands without a deadline are left out, as the rules do. */
function slackOf(trace: McuTrace, frequency: number, timeOf: (clock: number) => number, seconds: number): TraceLog["slack"] {
  const width = Math.max(0.01, seconds / SLACK_WINDOWS);
  const least = new Map<number, { at: number; slack: number }>();
  for (let i = 0; i < trace.arrivalClock.length; i++) {
    const ticks = trace.slack(i);
    const name = trace.kinds[trace.kind.at(i)]!.name;
    if (Number.isNaN(ticks) || name === "reset_step_clock" || (name === "endstop_home" && trace.effectClock.at(i) === 0)) continue;
    const at = timeOf(trace.arrivalClock.at(i));
    const key = Math.floor(at / width);
    const slack = ticks / frequency;
    const known = least.get(key);
    if (known === undefined) least.set(key, { at, slack });
    else if (slack < known.slack) known.slack = slack;
  }
  const sorted = [...least].sort((a, b) => a[0] - b[0]).map(([, v]) => v);
  return { at: Float64Array.from(sorted, (v) => v.at), seconds: Float64Array.from(sorted, (v) => v.slack) };
}

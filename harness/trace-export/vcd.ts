/**
 * The pins of a session as a value change dump (IEEE 1364), which GTKWave and PulseView open: one wire for each output that was
 * set, steps as pulses, and for fast pulse width modulation a real number with the duty. The unit is 1 µs, of a stretch of ten
 * seconds or less 100 ns: PulseView holds a sample for each.
 *
 * Steps of a long print are millions: step pins are drawn until MAX_EDGES changes are written, then end in x; a window
 * (`from`, `to`) draws them of any stretch.
 */
import type { StepperLog, TraceLog } from "./trace-log.js";

/** Changes of step pins in one file: about 60 MB. */
export const MAX_EDGES = 4_000_000;
/** A cycle shorter than this is told as duty only, seconds. */
const SLOW_CYCLE = 0.005;
/** Length of a step pulse, seconds; half of the interval where that is shorter. */
const PULSE = 2e-6;

export interface VcdOptions { from?: number; to?: number; maxEdges?: number }
export interface VcdResult { changes: number; /** Where the step pins end, world seconds; undefined: not cut. */ stepsUntil?: number }

/** Changes of one wire in order of time. */
interface Channel { name: string; kind: "wire" | "real"; steps: boolean; next(): boolean; at: number; value: string }

/** Stretch up to which the unit is 100 ns, seconds. */
const FINE_SECONDS = 10;

/** @param write takes pieces of the text */
export function writeVcd(log: TraceLog, write: (text: string) => void, options: VcdOptions = {}): VcdResult {
  const { from = 0, to = log.seconds, maxEdges = MAX_EDGES } = options;
  const fine = to - from <= FINE_SECONDS;
  const unit = fine ? 1e7 : 1e6;
  const channels = [...pinChannels(log), ...log.steppers.flatMap((s) => [stepChannel(s), dirChannel(s)])];
  const ids = channels.map((_, i) => identifier(i));
  write(`$comment kalico-hil, session ${log.session} $end\n$timescale ${fine ? "100 ns" : "1 us"} $end\n$scope module printer $end\n`);
  channels.forEach((c, i) => write(c.kind === "real" ? `$var real 64 ${ids[i]} ${c.name} $end\n` : `$var wire 1 ${ids[i]} ${c.name} $end\n`));
  write("$upscope $end\n$enddefinitions $end\n");
  // What holds at the beginning of the window.
  const live: number[] = [];
  const start = channels.map((c, i) => {
    let value = "x";
    let more = c.next();
    while (more && c.at < from) {
      value = c.value;
      more = c.next();
    }
    if (more && c.at <= to) live.push(i);
    return c.kind === "real" ? `r${value === "x" ? "0" : value} ${ids[i]}\n` : `${value}${ids[i]}\n`;
  });
  write(`#0\n$dumpvars\n${start.join("")}$end\n`);
  let changes = 0;
  let edges = 0;
  let stepsUntil: number | undefined;
  let stamp = "0";
  let text = "";
  while (live.length > 0) {
    let k = 0;
    for (let j = 1; j < live.length; j++) if (channels[live[j]!]!.at < channels[live[k]!]!.at) k = j;
    const index = live[k]!;
    const channel = channels[index]!;
    if (channel.steps && edges >= maxEdges) {
      stepsUntil ??= channel.at;
      live.splice(k, 1);
      text += `x${ids[index]}\n`;
      continue;
    }
    const time = Math.round((channel.at - from) * unit).toString();
    if (time !== stamp) text += `#${(stamp = time)}\n`;
    text += channel.kind === "real" ? `r${channel.value} ${ids[index]}\n` : `${channel.value}${ids[index]}\n`;
    changes += 1;
    if (channel.steps) edges += 1;
    if (text.length > 65_536) {
      write(text);
      text = "";
    }
    if (!channel.next() || channel.at > to) live.splice(k, 1);
  }
  const end = Math.round((to - from) * unit).toString();
  write(end === stamp ? text : `${text}#${end}\n`);
  return { changes, ...(stepsUntil === undefined ? {} : { stepsUntil }) };
}

/** Printable characters, as the format has them. */
function identifier(n: number): string {
  let out = "";
  do {
    out += String.fromCharCode(33 + (n % 94));
    n = Math.floor(n / 94);
  } while (n > 0);
  return out;
}

/** Names without blanks; brackets would be ranges. */
const clean = (name: string): string => name.replace(/[^\w.:]/g, "_").replace(/:/g, ".");

class Changes implements Channel {
  readonly name: string;
  readonly kind: Channel["kind"];
  readonly steps: boolean;
  at = 0;
  value = "x";
  readonly #source: Iterator<[at: number, value: string]>;
  constructor(name: string, kind: Channel["kind"], steps: boolean, source: Iterator<[number, string]>) {
    this.name = clean(name);
    this.kind = kind;
    this.steps = steps;
    this.#source = source;
  }
  next(): boolean {
    const { done, value } = this.#source.next();
    if (done === true) return false;
    [this.at, this.value] = value;
    return true;
  }
}

function pinChannels({ pins, steppers, seconds }: TraceLog): Channel[] {
  const motors = new Set(steppers.flatMap((s) => [s.stepPin, s.dirPin]));
  const rows = new Map<number, number[]>();
  for (let i = 0; i < pins.at.length; i++) {
    const list = rows.get(pins.pin[i]!);
    if (list === undefined) rows.set(pins.pin[i]!, [i]);
    else list.push(i);
  }
  return [...rows].sort((a, b) => a[0] - b[0]).filter(([pin]) => !motors.has(pins.names[pin]!)).flatMap(([pin, list]): Channel[] => {
    const fast = list.some((i) => pins.cycle[i]! > 0 && pins.cycle[i]! < SLOW_CYCLE);
    const name = pins.names[pin]!;
    function* duties(): Generator<[number, string]> {
      for (const i of list) yield [pins.at[i]!, String(Math.round((pins.cycle[i] === 0 ? pins.on[i]! : pins.on[i]! / pins.cycle[i]!) * 1e6) / 1e6)];
    }
    function* levels(): Generator<[number, string]> {
      for (let k = 0; k < list.length; k++) {
        const i = list[k]!;
        const [at, on, cycle] = [pins.at[i]!, pins.on[i]!, pins.cycle[i]!];
        if (cycle === 0) yield [at, on > 0 ? "1" : "0"];
        else {
          const until = k + 1 < list.length ? pins.at[list[k + 1]!]! : seconds;
          for (let n = 0, t = at; t < until; n++, t = at + n * cycle) {
            yield [t, "1"];
            if (t + on < until && on < cycle) yield [t + on, "0"];
          }
        }
      }
    }
    return [fast ? new Changes(`${name}.duty`, "real", false, duties()) : new Changes(name, "wire", false, levels())];
  });
}

function stepChannel(s: StepperLog): Channel {
  function* edges(): Generator<[number, string]> {
    for (let r = 0; r < s.firstClock.length; r++) {
      let clock = s.firstClock[r]!;
      let interval = s.interval[r]!;
      for (let k = 0; k < s.count[r]!; k++) {
        const at = s.zero + clock * s.tick;
        interval += s.add[r]!;
        clock += interval;
        yield [at, "1"];
        yield [at + Math.min(PULSE, Math.max(s.tick, (interval * s.tick) / 2)), "0"];
      }
    }
  }
  return new Changes(`${s.name}.step.${s.stepPin}`, "wire", true, edges());
}

function dirChannel(s: StepperLog): Channel {
  function* changes(): Generator<[number, string]> {
    let before = -1;
    for (let r = 0; r < s.firstClock.length; r++) {
      const dir = s.dir[r]!;
      if (dir === before) continue;
      before = dir;
      // Set before the step, as the micro-controller does.
      yield [s.zero + (s.firstClock[r]! - 1) * s.tick, String(dir)];
    }
  }
  return new Changes(`${s.name}.dir.${s.dirPin}`, "wire", false, changes());
}

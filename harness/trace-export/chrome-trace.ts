/**
 * A session as Chrome trace events (JSON), which ui.perfetto.dev opens: G-code, callbacks and moves as slices on tracks of their
 * own; slack, speed, temperatures and pins as counters. Times are microseconds. Written in pieces: memory does not grow with it.
 */
import { MOVE_FIELDS, type TraceLog } from "./trace-log.js";

/** Counters per pin beyond which a pin's changes are left out: the VCD has them all. */
const MAX_PIN_EVENTS = 50_000;
const HOST = 1;
const MACHINE = 2;

/** Microseconds with nanoseconds kept. */
const us = (seconds: number): number => Math.round(seconds * 1e9) / 1e3;

/** @param write takes pieces of the text */
export function writeChromeTrace(log: TraceLog, write: (text: string) => void): void {
  let first = true;
  const put = (event: object): void => {
    write(`${first ? '{"displayTimeUnit":"ms","otherData":' + JSON.stringify({ session: log.session, leftOut: log.cut }) + ',"traceEvents":[\n' : ",\n"}${JSON.stringify(event)}`);
    first = false;
  };
  const name = (pid: number, tid: number, text: string): void => put({ ph: "M", name: "thread_name", pid, tid, args: { name: text } });
  put({ ph: "M", name: "process_name", pid: HOST, args: { name: `host: ${log.session}` } });
  put({ ph: "M", name: "process_name", pid: MACHINE, args: { name: "machine" } });
  name(HOST, 1, "G-code");
  name(HOST, 2, "callbacks of the plugin");
  writeGcode(log, put);
  const { callbacks } = log;
  for (let i = 0; i < callbacks.at.length; i++) put({ ph: "X", cat: "callback", name: callbacks.labels[callbacks.label[i]!] ?? "?", pid: HOST, tid: 2, ts: us(callbacks.at[i]!), dur: us(callbacks.seconds[i]!) });
  Object.entries(log.moves).filter(([, rows]) => rows.length > 0).forEach(([motion, rows], k) => {
    name(MACHINE, 10 + k, `moves of ${motion}`);
    writeMoves(motion, rows, 10 + k, put);
  });
  for (let i = 0; i < log.slack.at.length; i++) put({ ph: "C", name: "slack", pid: HOST, ts: us(log.slack.at[i]!), args: { ms: Math.round(log.slack.seconds[i]! * 1e6) / 1e3 } });
  for (const [sensor, { at, value }] of Object.entries(log.temperature)) for (let i = 0; i < at.length; i++) put({ ph: "C", name: `temperature ${sensor}`, pid: MACHINE, ts: us(at[i]!), args: { "°C": Math.round(value[i]! * 100) / 100 } });
  writePins(log, put);
  write(first ? '{"traceEvents":[]}\n' : "\n]}\n");
}

/** A line lasts until the next: the host reads on when it is done. */
function writeGcode({ gcode, seconds }: TraceLog, put: (event: object) => void): void {
  for (let i = 0; i < gcode.at.length; i++) {
    const at = gcode.at[i]!;
    const dur = Math.max(0, us((gcode.at[i + 1] ?? seconds) - at));
    put({ ph: "X", cat: "gcode", name: gcode.text[i]!.split(/\s/, 1)[0], pid: HOST, tid: 1, ts: us(at), dur, args: { line: gcode.text[i] } });
  }
}

function writeMoves(motion: string, rows: Float64Array, tid: number, put: (event: object) => void): void {
  const width = MOVE_FIELDS.length;
  let end = -1;
  for (let i = 0; i < rows.length; i += width) {
    const [at, seconds, startV, accel, xR, yR, zR] = rows.subarray(i, i + width) as unknown as [number, number, number, number, number, number, number];
    const what = accel > 0 ? "accelerate" : accel < 0 ? "decelerate" : "cruise";
    const round = (value: number): number => Math.round(value * 1e4) / 1e4;
    put({ ph: "X", cat: "move", name: what, pid: MACHINE, tid, ts: us(at), dur: us(seconds), args: { "start mm/s": round(startV), "accel mm/s²": round(accel), direction: [round(xR), round(yR), round(zR)] } });
    if (at > end + 1e-6 && end >= 0) put({ ph: "C", name: `speed of ${motion}`, pid: MACHINE, ts: us(end), args: { "mm/s": 0 } });
    put({ ph: "C", name: `speed of ${motion}`, pid: MACHINE, ts: us(at), args: { "mm/s": round(startV) } });
    end = at + seconds;
  }
  if (end >= 0) put({ ph: "C", name: `speed of ${motion}`, pid: MACHINE, ts: us(end), args: { "mm/s": 0 } });
}

function writePins({ pins, steppers }: TraceLog, put: (event: object) => void): void {
  const motors = new Set(steppers.flatMap((s) => [s.stepPin, s.dirPin]));
  const counts = new Map<number, number>();
  for (let i = 0; i < pins.at.length; i++) {
    const pin = pins.pin[i]!;
    const count = (counts.get(pin) ?? 0) + 1;
    counts.set(pin, count);
    if (count > MAX_PIN_EVENTS || motors.has(pins.names[pin]!)) continue;
    const duty = pins.cycle[i] === 0 ? pins.on[i]! : pins.on[i]! / pins.cycle[i]!;
    put({ ph: "C", name: `pin ${pins.names[pin]}`, pid: MACHINE, ts: us(pins.at[i]!), args: { duty: Math.round(duty * 1e4) / 1e4 } });
  }
}

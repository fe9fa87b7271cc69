/**
 * Measurements on an attached board through the host's own transport: how well its clock is known, how long an answer takes, how
 * many commands it takes per second, how fast it steps, whether it counts its steps as queued, and whether the pulses come out.
 * Each gives a figure with unit and limit.
 */
import type { Reactor } from "../../host/reactor/reactor.js";
import type { ClockSync } from "../../host/transport/clocksync.js";
import { SerialRetryCommand, type SerialReader } from "../../host/transport/serialhdl.js";
import type { BoardProfile } from "./profile.js";

export interface Measurement {
  name: string;
  value: number;
  unit: string;
  /** What is demanded, in words; undefined: nothing. */
  limit?: string;
  passed: boolean;
}

export interface BoardSession {
  reactor: Reactor;
  serial: SerialReader;
  clockSync: ClockSync;
  profile: BoardProfile;
  /** Why the board has shut itself down; undefined while it runs. */
  shutdown(): string | undefined;
}

const atMost = (name: string, value: number, unit: string, limit: number): Measurement => ({ name, value, unit, limit: `≤ ${limit}`, passed: value <= limit });
const atLeast = (name: string, value: number, unit: string, limit: number): Measurement => ({ name, value, unit, limit: `≥ ${limit}`, passed: value >= limit });
const equal = (name: string, value: number, unit: string, expected: number): Measurement => ({ name, value, unit, limit: `= ${expected}`, passed: value === expected });

const quantile = (values: readonly number[], q: number): number => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))]!;

// `get_clock` is the clock synchronisation's own question; `get_uptime` reads the same clock.
const CLOCK_SAMPLES = 60;
const CLOCK_PAUSE = 0.1;
/** Kalico warns beyond 1 %; a crystal is a hundred times better. */
const MAX_FREQUENCY_ERROR_PPM = 10_000;
/** A sample that is farther off counts as an outlier for the host. */
const MAX_CLOCK_DEVIATION_MS = 0.5;

/** Frequency and straightness of the board's clock against this machine's. */
export async function measureClock({ reactor, serial, clockSync }: BoardSession): Promise<Measurement[]> {
  const nominal = serial.getMsgparser().getConstantFloat("CLOCK_FREQ");
  const samples: { time: number; clock: number; trip: number }[] = [];
  for (let i = 0; i < CLOCK_SAMPLES; i++) {
    await reactor.pause(reactor.monotonic() + CLOCK_PAUSE);
    const params = await serial.sendWithResponse("get_uptime", "uptime");
    const sent = params["#sent_time"] as number;
    if (sent === 0) continue;
    const received = params["#receive_time"] as number;
    samples.push({ time: (sent + received) / 2, clock: clockSync.clock32ToClock64(params["clock"] as number), trip: received - sent });
  }
  // The half with the shorter way says the most about the clock; the rest about the way.
  const median = quantile(samples.map((sample) => sample.trip), 0.5);
  const good = samples.filter((sample) => sample.trip <= median);
  const { slope, deviation } = line(good.map(({ time }) => time), good.map(({ clock }) => clock));
  return [
    atMost("clock: error of the frequency", Math.abs(slope / nominal - 1) * 1e6, "ppm", MAX_FREQUENCY_ERROR_PPM),
    atMost("clock: standard deviation from a line", (deviation / slope) * 1e3, "ms", MAX_CLOCK_DEVIATION_MS),
  ];
}

/** Least squares. */
function line(x: readonly number[], y: readonly number[]): { slope: number; deviation: number } {
  const n = x.length;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / n;
  const [mx, my] = [mean(x), mean(y)];
  const slope = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0) / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
  const deviation = Math.sqrt(mean(x.map((value, i) => (y[i]! - my - slope * (value - mx)) ** 2)));
  return { slope, deviation };
}

const TRIPS = 300;
/** What the host repeats a block after. */
const MAX_TRIP_MS = 25;

/** From a question to its answer, one at a time. */
export async function measureRoundTrip({ reactor, serial }: BoardSession): Promise<Measurement[]> {
  const trips: number[] = [];
  for (let i = 0; i < TRIPS; i++) {
    const before = reactor.monotonic();
    await serial.sendWithResponse("get_uptime", "uptime");
    trips.push((reactor.monotonic() - before) * 1e3);
  }
  return [
    { name: "round trip: median", value: quantile(trips, 0.5), unit: "ms", passed: true },
    atMost("round trip: 99 of 100", quantile(trips, 0.99), "ms", MAX_TRIP_MS),
  ];
}

const BURST_COMMANDS = 4000;
const BURSTS = 3;
/** A print of short segments needs a few hundred commands per second. */
const MIN_COMMAND_RATE = 2000;

/** Commands that the board takes per second when they come as fast as the line carries them. */
export async function measureCommandRate({ reactor, serial }: BoardSession): Promise<Measurement[]> {
  const nop = serial.getMsgparser().createCommand("debug_nop");
  const queue = serial.allocCommandQueue();
  let best = 0;
  for (let burst = 0; burst < BURSTS; burst++) {
    const before = reactor.monotonic();
    for (let i = 1; i < BURST_COMMANDS; i++) serial.rawSend(nop, 0, 0, queue);
    await serial.rawSendWaitAck(nop, 0, 0, queue);
    best = Math.max(best, BURST_COMMANDS / (reactor.monotonic() - before));
  }
  return [atLeast("command rate", Math.round(best), "commands/s", MIN_COMMAND_RATE)];
}

/** Pulses no longer than this let the firmware take its fastest path, seconds. */
const PULSE_SECONDS = 1e-7;
const FIRST_RATE = 1000;
const RATE_GROWTH = 1.5;
/** Seconds of stepping at one rate. */
const BURST_SECONDS = 0.2;
/** How far ahead of the board's clock a burst is queued, seconds. */
const LEAD_SECONDS = 0.2;
const COUNT_RATE = 500;
const COUNT_STEPS = 250;
const POLL_SECONDS = 0.0002;

/** Configures stepper and counter on the allowed pins, then steps faster and faster; ends at the profile's rate or where the board gives up. */
export async function measureSteps(session: BoardSession): Promise<Measurement[]> {
  const { reactor, serial, profile } = session;
  const { stepper, counter } = profile;
  if (stepper === undefined) return [];
  const parser = serial.getMsgparser();
  const freq = parser.getConstantFloat("CLOCK_FREQ");
  const bothEdges = Number(parser.getConstants()["STEPPER_STEP_BOTH_EDGE"] ?? 0) === 1;
  const setup = [
    `allocate_oids count=${counter === undefined ? 1 : 2}`,
    `config_stepper oid=0 step_pin=${stepper.step} dir_pin=${stepper.dir} invert_step=${bothEdges ? -1 : 0} step_pulse_ticks=${Math.trunc(PULSE_SECONDS * freq)}`,
    ...(counter === undefined ? [] : [`config_counter oid=1 pin=${counter} pull_up=0`]),
    "finalize_config crc=1",
  ];
  for (const command of setup) serial.send(command);
  await serial.sendWithResponse("get_config", "config");
  const motion = new Motion(session, freq);
  const results: Measurement[] = [];
  if (counter !== undefined) results.push(await countPulses(session, motion, bothEdges ? 1 : 2, freq));
  let reached = 0;
  for (let rate = FIRST_RATE; ; rate = Math.min(rate * RATE_GROWTH, profile.maxStepRate)) {
    const actual = await motion.burst(rate, Math.ceil(rate * BURST_SECONDS), reached > 0 && Math.log(rate) % 1 < 0.5 ? 0 : 1);
    if (session.shutdown() !== undefined) break;
    reached = actual;
    results.push(equal(`position after ${Math.round(actual)} steps/s`, await motion.position(), "steps", motion.queued));
    if (rate >= profile.maxStepRate) break;
  }
  results.push({ name: `step rate${session.shutdown() === undefined ? ", the profile's maximum" : `, beyond it "${session.shutdown()}"`}`, value: Math.round(reached), unit: "steps/s", limit: `≥ ${FIRST_RATE}`, passed: reached >= FIRST_RATE * 0.99 });
  await reactor.pause(reactor.monotonic() + 0.05);
  return results;
}

async function countPulses({ reactor, serial }: BoardSession, motion: Motion, edgesPerStep: number, freq: number): Promise<Measurement> {
  const counts: number[] = [];
  serial.registerResponse((params) => counts.push(params["count"] as number), "counter_state", 1);
  const clock = motion.clockIn(0.1);
  serial.send(`query_counter oid=1 clock=${clock % 2 ** 32} poll_ticks=${Math.trunc(POLL_SECONDS * freq)} sample_ticks=${Math.trunc(0.1 * freq)}`);
  await reactor.pause(reactor.monotonic() + 0.4);
  const before = counts.at(-1) ?? 0;
  await motion.burst(COUNT_RATE, COUNT_STEPS, 1);
  await reactor.pause(reactor.monotonic() + 0.4);
  // From now on it looks ten times a second, so that it does not take time from the steps.
  serial.send(`query_counter oid=1 clock=${motion.clockIn(0.1) % 2 ** 32} poll_ticks=${Math.trunc(0.1 * freq)} sample_ticks=${Math.trunc(1 * freq)}`);
  return equal("edges that came through the jumper", (counts.at(-1) ?? 0) - before, "edges", COUNT_STEPS * edgesPerStep);
}

/** One stepper, oid 0, moved in bursts of equal steps. */
class Motion {
  /** Steps queued so far, forward less backward. */
  queued = 0;
  private readonly session: BoardSession;
  private readonly freq: number;

  constructor(session: BoardSession, freq: number) {
    this.session = session;
    this.freq = freq;
  }

  /** Clock of the board in so many seconds. */
  clockIn(seconds: number): number {
    const { reactor, clockSync } = this.session;
    return clockSync.getClock(reactor.monotonic() + seconds);
  }

  /** Steps at a rate and waits for the end; answers the rate that the clock's ticks allow, steps/s. */
  async burst(rate: number, steps: number, dir: 0 | 1): Promise<number> {
    const { reactor, serial } = this.session;
    const interval = Math.max(1, Math.round(this.freq / rate));
    serial.send(`reset_step_clock oid=0 clock=${this.clockIn(LEAD_SECONDS) % 2 ** 32}`);
    serial.send(`set_next_step_dir oid=0 dir=${dir}`);
    for (let left = steps; left > 0; left -= 65535) serial.send(`queue_step oid=0 interval=${interval} count=${Math.min(left, 65535)} add=0`);
    this.queued += dir === 1 ? steps : -steps;
    await reactor.pause(reactor.monotonic() + LEAD_SECONDS + (steps * interval) / this.freq + 0.1);
    return this.freq / interval;
  }

  async position(): Promise<number> {
    const { serial } = this.session;
    const question = serial.getMsgparser().createCommand("stepper_get_position oid=0");
    const params = await new SerialRetryCommand(serial, "stepper_position", 0).getResponse([question], serial.getDefaultCommandQueue());
    return params["pos"] as number;
  }
}

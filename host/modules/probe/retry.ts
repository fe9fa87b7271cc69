/**
 * What happens when a probe says that a touch was bad (ooze on the nozzle, a slanting tap): fail, take it anyway, or
 * touch again, at the same place or on rings of points around it; the nozzle may be scrubbed in between. Probes that
 * cannot judge never come here. Positions mm, speeds mm/s.
 */
import { plainToValue } from "../../gcode/template/host-values.js";
import type { PrinterGCodeMacro, Template } from "../../gcode/gcode-macro.js";
import { CommandError } from "../../errors.js";
import type { ConfigSection, GCodeCommand, Printer } from "../../heaters/host-types.js";

const STRATEGIES = ["fail", "ignore", "retry", "circle"] as const;
type Strategy = (typeof STRATEGIES)[number];

/** Points of a hexagonal ring. */
const RING_POINTS = 6;

/** Offset of the n-th place around a point: the point itself, then ring after ring, `spacing` mm apart. */
export function circleOffset(n: number, spacing: number): [x: number, y: number] {
  let ring = 0;
  let before = 1;
  while (n >= before) before += RING_POINTS * ++ring;
  if (ring === 0) return [0, 0];
  const onRing = RING_POINTS * ring;
  const angle = (2 * Math.PI * (n - (before - onRing))) / onRing;
  return [ring * spacing * Math.cos(angle), ring * spacing * Math.sin(angle)];
}

export class RetryPolicy {
  readonly #defaults: { strategy: Strategy; retries: number; speed: number; spacing: number; frequency: number };
  strategy: Strategy;
  retries: number;
  speed: number;
  spacing: number;
  /** Scrub after every so many bad touches; 0: never. */
  frequency: number;
  readonly scrubber: Template;

  constructor(config: ConfigSection) {
    const probeSpeed = config.getFloat("speed", { default: 5, above: 0 });
    this.#defaults = {
      speed: config.getFloat("retry_speed", { default: probeSpeed, above: 0 }),
      strategy: config.getChoice("bad_probe_strategy", [...STRATEGIES], { default: "retry" }) as Strategy,
      retries: config.getInt("bad_probe_retries", { default: 6, minval: 0 }),
      spacing: config.getFloat("pattern_spacing", { default: 2, above: 0 }),
      frequency: 0,
    };
    this.scrubber = config.getPrinter().loadObject<PrinterGCodeMacro>(config, "gcode_macro").loadTemplate(config, "nozzle_scrubber_gcode", "");
    this.#defaults.frequency = config.getInt("scrubbing_frequency", { default: 0, minval: 0 });
    ({ strategy: this.strategy, retries: this.retries, speed: this.speed, spacing: this.spacing, frequency: this.frequency } = this.#defaults);
  }

  /** Takes the parameters of a command. @throws CommandError */
  customize(gcmd: GCodeCommand): void {
    const { strategy, retries, speed, spacing, frequency } = this.#defaults;
    this.speed = gcmd.getFloat("RETRY_SPEED", { default: speed, above: 0 });
    const name = gcmd.get("BAD_PROBE_STRATEGY", { default: strategy }).toLowerCase();
    const chosen = STRATEGIES.find((known) => known === name);
    if (chosen === undefined) throw gcmd.error(`Error on '${gcmd.getCommandline()}': unable to parse ${name.toUpperCase()}`);
    this.strategy = chosen;
    this.retries = gcmd.getInt("BAD_PROBE_RETRIES", { default: retries, minval: 0 });
    this.spacing = gcmd.getFloat("PATTERN_SPACING", { default: spacing, above: 0 });
    this.frequency = gcmd.getInt("SCRUBBING_FREQUENCY", { default: frequency, minval: 0 });
  }
}

/** The bad touches of one series of probing, by place. */
export class RetrySession {
  readonly printer: Printer;
  readonly retryPolicy: RetryPolicy;
  readonly #bad = new Map<string, number>();
  #place = "";
  #center: [x: number, y: number] = [0, 0];
  #gcmd: GCodeCommand | undefined;

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.retryPolicy = new RetryPolicy(config);
  }

  start(gcmd: GCodeCommand): void {
    this.#gcmd = gcmd;
    this.retryPolicy.customize(gcmd);
    this.#bad.clear();
  }

  end(): void {
    this.#gcmd = undefined;
  }

  /** The place that is probed now. */
  setPosition(pos: readonly number[]): void {
    this.#center = [pos[0]!, pos[1]!];
    this.#place = this.#center.map((part) => part.toFixed(3)).join(",");
  }

  getPosition(): [x: number, y: number] {
    return this.#center;
  }

  getBadProbeCount(): number {
    return this.#bad.get(this.#place) ?? 0;
  }

  /** Where to touch next. */
  getProbePosition(): [x: number, y: number] {
    if (this.retryPolicy.strategy !== "circle") return this.#center;
    const [dx, dy] = circleOffset(this.getBadProbeCount(), this.retryPolicy.spacing);
    return [this.#center[0] + dx, this.#center[1] + dy];
  }

  canRetry(): boolean {
    return this.getBadProbeCount() <= this.retryPolicy.retries;
  }

  /** Takes note of a touch; true when it counts. @throws CommandError when there may be no more */
  evaluateProbe(isGood: boolean): boolean {
    const { strategy, retries } = this.retryPolicy;
    if (isGood || strategy === "ignore") return true;
    if (strategy === "fail") throw new CommandError("Probe failed because it was deemed bad quality");
    const count = this.getBadProbeCount() + 1;
    this.#bad.set(this.#place, count);
    if (count > retries) throw new CommandError(`Probing failed after ${count} bad probes`);
    this.#gcmd?.respondInfo(`Bad probe detected. Retrying (${count}/${retries})...`);
    return false;
  }

  /** Runs the scrubbing script when it is time. @throws CommandError when it leaves the nozzle elsewhere */
  async scrubNozzle(): Promise<void> {
    const { frequency, retries, scrubber } = this.retryPolicy;
    const count = this.getBadProbeCount();
    if (frequency === 0 || count === 0 || count % frequency !== 0) return;
    const toolhead = this.printer.lookupObject<{ getPosition(): number[] }>("toolhead");
    const before = toolhead.getPosition();
    const context = scrubber.createTemplateContext();
    context.set("params", plainToValue({ ATTEMPT: count, RETRIES: retries, X: before[0]!, Y: before[1]! }));
    await scrubber.runGcodeFromCommand(context);
    const after = toolhead.getPosition();
    if (before.some((part, axis) => axis < 3 && part !== after[axis])) {
      throw new CommandError("Nozzle Scrubber GCode did not return to the start position. (Hint: Use RESTORE_GCODE_STATE MOVE=1)");
    }
  }
}

/**
 * One print job on the bench: starts the host, feeds it the lines as an input file would, and lets the machine make all moves,
 * so that the trace holds the last step. What `kalico-hil run` does, for whoever wants the trace in this process.
 */
import { feedGcode, type FeedResult } from "../../host/gcode/gcode-file-input.js";
import { SimWorld, type SimWorldOptions } from "./sim-world.js";

export interface JobOptions extends SimWorldOptions {
  lines: readonly string[];
  /** M400 waits for the machine, as in a live print; else lines are read as batch output reads them. */
  live?: boolean;
  /** Told of each line before it runs. */
  onLine?(index: number): void;
  /** Told about once per virtual second how many seconds have been printed. */
  onProgress?(printSeconds: number): void;
  signal?: AbortSignal;
  /** Told the bench before the host starts. */
  onWorld?(world: SimWorld): void;
}

export interface JobRun {
  world: SimWorld;
  /** State of the host at the end and its message, in Kalico's words. */
  state: string;
  message: string;
  /** What became of the lines; undefined when they were not all read: the host did not become ready, shut down, or was interrupted. */
  result: FeedResult | undefined;
  /** Virtual seconds from the first line to the end. */
  printSeconds: number;
}

/** Virtual seconds that a job may take. */
const LIMIT = 30 * 24 * 3600;
const START_LIMIT = 120;

export async function runJob(options: JobOptions): Promise<JobRun> {
  const { lines, live = false, onLine, onProgress, signal, onWorld, ...worldOptions } = options;
  const world = new SimWorld({ ...worldOptions, startArgs: { ...worldOptions.startArgs, batch_input: !live } });
  const abort = (): void => world.world.abort();
  signal?.addEventListener("abort", abort);
  onWorld?.(world);
  world.start();
  const printer = world.printer!;
  await world.run(() => printer.getStateMessage()[1] !== "startup", START_LIMIT);
  let result: FeedResult | undefined;
  const jobStart = world.clock.now;
  if (printer.getStateMessage()[1] === "ready" && signal?.aborted !== true) {
    feedGcode(printer, lines, { onDone: (done) => { result = done; }, ...(onLine === undefined ? {} : { onLine }) });
    const stop = await world.run(() => result !== undefined || printer.isShutdown(), LIMIT, (now) => onProgress?.(now - jobStart));
    if (stop === "done" && !printer.isShutdown()) await finishMoves(world);
  }
  signal?.removeEventListener("abort", abort);
  const [message, state] = printer.getStateMessage();
  return { world, state, message, result, printSeconds: world.clock.now - jobStart };
}

/** Lets the machine make all moves that are planned, and the trace see their last steps. */
async function finishMoves(world: SimWorld): Promise<void> {
  const printer = world.printer!;
  const toolhead = printer.lookupObject<{ getLastMoveTime(): number; checkBusy(eventTime: number): [number, number, boolean] }>("toolhead");
  try {
    toolhead.getLastMoveTime();
  } catch (error) {
    // What the toolhead's own timer would run into where nobody asks.
    printer.log("error", `Exception in flush_handler: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    printer.invokeShutdown("Exception in flush_handler");
    return;
  }
  // Motors beside the toolhead may go on for longer.
  const motors = printer.lookupObjects("manual_stepper").map(([, motor]) => motor as { nextCmdTime: number });
  await world.run(() => {
    const [printTime, estimated] = toolhead.checkBusy(world.clock.now);
    return estimated > Math.max(printTime, ...motors.map(({ nextCmdTime }) => nextCmdTime)) + 0.1 || printer.isShutdown();
  }, LIMIT);
  if (!printer.isShutdown()) await world.run(() => false, world.clock.now + 1);
}

/**
 * What a run was started with, beside the bytes of the plugin: every option that can change a verdict or a trace. It is written into
 * RUN.json, shards and certificates, so that each of them tells how to repeat the run.
 */
import type { PinProfile } from "../../conformance/evidence.js";
import type { Loader } from "../python/loader.js";

export interface RunInputs {
  /** Text of the printer configuration, where one was given. */
  config?: string;
  /** Lines that exercise the plugin, where they were given. */
  gcode?: string[];
  /** The choice of rules; all of them when absent. */
  rules?: string;
  /** Pins that might be touched. */
  pinProfile?: PinProfile;
  loader?: Loader;
  /** Capabilities that the manifest declares. */
  capabilities?: string[];
  /** Of a Python plugin: version of the interpreter, and whether its requirements were installed for the run. */
  python?: { version: string; install: boolean };
  /** Wall minutes after which no further session began. */
  maxMinutes?: number;
  /** Runs of the same seed. */
  repeat?: number;
  /** Parts in which the run was carried out. */
  shards?: number;
  /** The strict mode, and what was known before. */
  certified?: true;
  baseline?: { sha256: string };
}

interface Repeatable {
  result: { seed: number; board: string; effort: string; attachedBoard?: { port: string } };
  inputs?: RunInputs;
}

/** The command that makes a run again. What it needs as files is in the inputs; the names stand for them. */
export function repeatCommand({ result, inputs = {} }: Repeatable): string {
  const { loader, python, rules, maxMinutes, repeat } = inputs;
  return [
    "kalico-hil certify PLUGIN", ...(result.attachedBoard === undefined ? [`--board ${result.board}`] : [`--mcu ${result.attachedBoard.port}`]), `--seed ${result.seed} --effort ${result.effort}`,
    ...(loader === undefined ? [] : [`--loader ${loader}`]), ...(rules === undefined ? [] : [`--rules '${rules}'`]), ...(inputs.config === undefined ? [] : ["--config printer.cfg"]),
    ...(inputs.gcode === undefined ? [] : ["--gcode exercise.gcode"]), ...(inputs.pinProfile === undefined ? [] : ["--profile profile.json"]), ...(python?.install === true ? ["--install"] : []),
    ...(maxMinutes === undefined ? [] : [`--max-minutes ${maxMinutes}`]), ...(repeat === undefined ? [] : [`--repeat ${repeat}`]), ...(inputs.baseline === undefined ? [] : ["--baseline baseline.json"]), ...(inputs.certified === true ? ["--certified"] : []),
  ].join(" ");
}

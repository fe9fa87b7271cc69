/**
 * Exceptions that cross the bridge. Kalico's own classes arrive as the host's own errors, so that they are
 * treated alike whoever raised them; every other one is a `PythonError` with the text that Kalico would show
 * and a stack of Python lines. What came from Python goes back as the same exception object.
 */
import { BedMeshError } from "../../modules/bed-mesh/z-mesh.js";
import { WebRequestError } from "../../api/web-request.js";
import { CommandError, ConfigError, McuError, PinError, TransportError, WaitInterrupted } from "../../errors.js";
import { ProtocolError } from "../../wire/index.js";
import type { Tagged } from "./codec.js";

/** An exception of a Python plugin that is none of Kalico's own. `name` is its class. */
export class PythonError extends Error {
  constructor(className: string, message: string) {
    super(message);
    this.name = className;
  }
}

/** A frame of a traceback: file, line, function. */
export type PythonFrame = [file: string, line: number, name: string];

const CLASSES: Readonly<Record<string, (message: string) => Error>> = {
  ConfigError: (message) => new ConfigError(message),
  PinError: (message) => new PinError(message),
  CommandError: (message) => new CommandError(message),
  WaitInterrupted: (message) => new WaitInterrupted(message),
  WebRequestError: (message) => new WebRequestError(message),
  McuError: (message) => new McuError(message),
  ProtocolError: (message) => new ProtocolError(message),
  TransportError: (message) => new TransportError(message),
  BedMeshError: (message) => new BedMeshError(message),
};

/** Python exceptions by the error that stands for them here. */
const origins = new WeakMap<Error, number>();

/** Handle of the Python exception behind an error, if it came from there. */
export const pythonOrigin = (error: Error): number | undefined => origins.get(error);

/** The error for a tagged exception: {k: kind, n: class, m: text, i: handle, t: frames, innermost first}. */
export function errorFromPython(tagged: Tagged): Error {
  const { k: kind, n: className, m: message, i: handle, t: frames } = tagged as Tagged & { k: string; n: string; m: string; i: number; t: PythonFrame[] };
  const make = CLASSES[kind];
  const error = make === undefined ? new PythonError(className, message) : make(message);
  // The form of a JavaScript stack, so that whoever looks for a line of the plugin finds it in either language.
  error.stack = [`${className}: ${message}`, ...frames.map(([file, line, name]) => `    at ${name} (${file}:${line}:1)`)].join("\n");
  origins.set(error, handle);
  return error;
}

/** What Python needs to raise an error of the host: its kind, text, and the exception object if it has one. */
export function describeError(error: Error): { kind: string; message: string; handle: number | undefined } {
  return { kind: error.name, message: error.message, handle: origins.get(error) };
}

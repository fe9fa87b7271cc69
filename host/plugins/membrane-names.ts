/**
 * Names for reports: which kind of callback a plugin handed over, by the method that took it; what it was
 * registered for; and what a host object is called.
 */
import type { CallbackKind } from "../observer.js";

const KIND_BY_MEMBER: Readonly<Record<string, CallbackKind>> = {
  registerTimer: "timer",
  registerCallback: "callback",
  registerAsyncCallback: "callback",
  registerEventHandler: "event",
  registerCommand: "gcode",
  registerMuxCommand: "gcode",
  registerOutputHandler: "response",
  registerLookaheadCallback: "lookahead",
  registerFlushCallback: "flush",
  registerStepGenerator: "flush",
  setMoveTransform: "move_transform",
  registerResponse: "response",
  setupAdcCallback: "response",
  setupCallback: "response",
  registerButtons: "response",
  registerEndpoint: "endpoint",
  registerMuxEndpoint: "endpoint",
  registerConfigCallback: "config_callback",
  waitWhile: "callback",
};

/** Kind of a callback that was passed to a host method. */
export function callbackKind(member: string): CallbackKind {
  return KIND_BY_MEMBER[member] ?? "other";
}

/** What a callback was registered for: the event, command or path; else the method that took it. */
export function callbackLabel(owner: string, object: string, member: string, args: readonly unknown[]): string {
  switch (member) {
    case "registerMuxCommand":
    case "registerMuxEndpoint":
      return `${String(args[0])} ${String(args[1])}=${String(args[2])}`;
    case "registerEventHandler":
    case "registerCommand":
    case "registerEndpoint":
    case "addObject":
      return String(args[0]);
    case "registerTimer":
    case "registerCallback":
    case "registerAsyncCallback": {
      const name = (args[0] as { name?: unknown } | undefined)?.name;
      return typeof name === "string" && name !== "" ? `${owner}.${name}` : `${owner}.${member}`;
    }
    default:
      return `${object}.${member}`;
  }
}

/** Kind of a call of a method of a plugin's own object; `suffix`: the label needs the method's name. */
export function methodKind(method: string, takenBy: ReadonlySet<string>): { kind: CallbackKind; suffix: boolean } {
  if (method === "getStatus") return { kind: "get_status", suffix: false };
  if (method === "stats") return { kind: "stats", suffix: false };
  if (takenBy.has("setMoveTransform") && (method === "move" || method === "getPosition")) return { kind: "move_transform", suffix: true };
  return { kind: "other", suffix: true };
}

const NAME_BY_CLASS: Readonly<Record<string, string>> = {
  PrinterHost: "printer",
  Reactor: "reactor",
  ConfigSection: "config",
  PrinterConfig: "configfile",
  GCodeDispatch: "gcode",
  GCodeCommand: "gcmd",
  ToolHead: "toolhead",
  Toolhead: "toolhead",
  Completion: "completion",
  Mutex: "mutex",
  Mcu: "mcu",
};

/** What a host object is called in reports when it was not looked up by name. */
export function hostObjectName(value: object): string {
  const name = (value as { constructor?: { name?: string } }).constructor?.name ?? "";
  return NAME_BY_CLASS[name] ?? (name === "" || name === "Object" ? (typeof value === "function" ? "function" : "object") : name);
}

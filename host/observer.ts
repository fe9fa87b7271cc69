/**
 * Optional hooks through which a harness watches a host from inside: log, events, responses, contract
 * breaches and plugin activity. The host works the same with none of them set; no hook may change state.
 */

export type LogLevel = "debug" | "info" | "warning" | "error";

/** Kinds of callback of a plugin that the host runs, as the cost model classes them. */
export type CallbackKind =
  | "import" | "load_config" | "register_components" | "event" | "timer" | "callback" | "gcode" | "get_status" | "stats"
  | "lookahead" | "flush" | "move_transform" | "response" | "endpoint" | "config_callback" | "other";

/** One run of a plugin's callback. */
export interface CallbackRun {
  owner: string;
  kind: CallbackKind;
  /** What it was registered for: event name, command, object name. */
  label: string;
  eventTime: number;
}

/** Ends the report of a callback: called when it returned, threw or its promise settled. */
export interface CallbackExit {
  (outcome: { error?: unknown; async: boolean; result?: unknown }): void;
  /** Called when the synchronous part is over and a promise was returned. */
  returned?(): void;
}

export interface HostObserver {
  onLog?(level: LogLevel, message: string, eventTime: number): void;
  /** Text that a new log file begins with; it replaces an earlier one of the same name. */
  onRolloverInfo?(name: string, info: string): void;
  /** Somebody wants a new log file (LOG_ROLLOVER). */
  onLogRollover?(): void;
  onEvent?(event: string, args: readonly unknown[], eventTime: number): void;
  onGcodeResponse?(line: string, eventTime: number): void;
  onGcodeCommand?(line: string, eventTime: number): void;
  onStateChange?(state: string, message: string, eventTime: number): void;
  /** A rule of the host's contract was broken (pause in a sync callback, promise from get_status, …). */
  onContract?(what: string, detail: string, eventTime: number): void;
  /** A plugin's callback starts. */
  onCallbackEnter?(run: CallbackRun): CallbackExit | undefined;
  /** A plugin called a member of a host object; `target`: the object itself, absent for functions. */
  onPluginCall?(owner: string, object: string, member: string, args: readonly unknown[], eventTime: number, target?: object): void;
  /** A plugin wrote a property of a host object or read one that does not exist. */
  onPluginAccess?(owner: string, object: string, member: string, how: "write" | "missing" | "private" | "delete", eventTime: number): void;
}

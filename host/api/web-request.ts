/**
 * One request of an API client on its way to its endpoint: typed access to its parameters, and the answer. Kalico's
 * error texts; a request without an id gets no answer.
 */
import { CommandError } from "../errors.js";

/** A request that cannot be carried out: an error answer, the host goes on. */
export class WebRequestError extends CommandError {
  override name = "WebRequestError";

  toDict(): { error: "WebRequestError"; message: string } {
    return { error: "WebRequestError", message: this.message };
  }
}

/** Where a request came from, for endpoints that go on talking. */
export interface ClientConnection {
  send(data: unknown): void;
  isClosed(): boolean;
}

type TypeName = "str" | "int" | "float" | "dict" | "list" | "bool" | "None";

/** Type of a JSON value, as Python would name it. */
function typeOf(value: unknown): TypeName {
  if (value === null || value === undefined) return "None";
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  return Array.isArray(value) ? "list" : "dict";
}

/** What an endpoint's callback receives. */
export class WebRequest {
  readonly error = (message: string): WebRequestError => new WebRequestError(message);
  readonly clientConn: ClientConnection | null;
  readonly id: unknown;
  readonly method: string;
  readonly params: Record<string, unknown>;
  response: unknown = null;
  isError = false;

  /** `request`: the decoded JSON. @throws TypeError when it is no request */
  constructor(clientConn: ClientConnection | null, request: unknown) {
    if (typeOf(request) !== "dict") throw new TypeError("Not a top-level dictionary");
    const { id, method, params = {} } = request as { id?: unknown; method?: unknown; params?: unknown };
    if (typeof method !== "string" || typeOf(params) !== "dict") throw new TypeError("Invalid request type");
    this.clientConn = clientConn;
    this.id = id ?? null;
    this.method = method;
    this.params = params as Record<string, unknown>;
  }

  getClientConnection(): ClientConnection | null {
    return this.clientConn;
  }

  /** A parameter; without a default it is required. @throws WebRequestError */
  get(item: string, options: { default?: unknown; types?: readonly string[] | null } = {}): unknown {
    const isGiven = Object.hasOwn(this.params, item);
    if (!isGiven && !("default" in options)) throw new WebRequestError(`Missing Argument [${item}]`);
    const value = isGiven ? this.params[item] : options.default;
    const { types } = options;
    if (isGiven && types != null && !types.includes(typeOf(value))) throw new WebRequestError(`Invalid Argument Type [${item}]`);
    return value;
  }

  getStr(item: string, options: { default?: unknown } = {}): string {
    return this.get(item, { ...options, types: ["str"] }) as string;
  }

  getInt(item: string, options: { default?: unknown } = {}): number {
    return this.get(item, { ...options, types: ["int"] }) as number;
  }

  getFloat(item: string, options: { default?: unknown } = {}): number {
    return this.get(item, { ...options, types: ["int", "float"] }) as number;
  }

  getDict(item: string, options: { default?: unknown } = {}): Record<string, unknown> {
    return this.get(item, { ...options, types: ["dict"] }) as Record<string, unknown>;
  }

  getMethod(): string {
    return this.method;
  }

  setError(error: { toDict(): unknown }): void {
    this.isError = true;
    this.response = error.toDict();
  }

  /** Sets the answer. @throws WebRequestError the second time */
  send(data: unknown): void {
    if (this.response !== null) throw new WebRequestError("Multiple calls to send not allowed");
    this.response = data;
  }

  /** The whole answer, or null when none is wanted. */
  finish(): { id: unknown; result?: unknown; error?: unknown } | null {
    if (this.id === null) return null;
    if (this.isError) return { id: this.id, error: this.response };
    return { id: this.id, result: this.response ?? {} };
  }
}

/** Carries out a request; it answers by `request.send()`. */
export type Endpoint = (request: WebRequest) => unknown;

/** Where endpoints are registered: the object `webhooks`. */
export interface EndpointTable {
  registerEndpoint(path: string, callback: Endpoint): void;
}

/** What carries requests out: the object `webhooks`. */
export interface RequestProcessor {
  processRequest(request: WebRequest): Promise<ReturnType<WebRequest["finish"]>>;
}

/**
 * Object `webhooks`: endpoints by path, as modules and plugins register them, and methods that clients offer. Requests come
 * from a server, or from whoever calls `processRequest`.
 */
import { CommandError, ConfigError } from "../errors.js";
import type { Printer, StateCategory } from "../printer/printer-surface.js";
import { ApiServer, type ApiListener } from "./api-server.js";
import { addGcodeEndpoints } from "./gcode-endpoints.js";
import { addStatusEndpoints } from "./status-endpoints.js";
import { WebRequestError, type ClientConnection, type Endpoint, type WebRequest } from "./web-request.js";

export type { Endpoint } from "./web-request.js";

interface MuxEndpoint {
  readonly key: string;
  readonly values: Map<string | null, Endpoint>;
}

interface RemoteMethod {
  connection: ClientConnection;
  template: Record<string, unknown>;
}

const text = (value: string | null): string => value ?? "None";

export class WebHooks {
  readonly printer: Printer;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #muxEndpoints = new Map<string, MuxEndpoint>();
  readonly #remoteMethods = new Map<string, RemoteMethod[]>();
  /** Closes clients that do not read, and tells so in the statistics, where there is a server. */
  connection: { stats(eventTime: number): [boolean, string] } | null = null;

  constructor(printer: Printer) {
    this.printer = printer;
    this.registerEndpoint("list_endpoints", (request) => request.send({ endpoints: [...this.#endpoints.keys()] }));
    this.registerEndpoint("info", (request) => this.#sendInfo(request));
    this.registerEndpoint("emergency_stop", () => this.printer.invokeShutdown("Shutdown due to webhooks request"));
    this.registerEndpoint("register_remote_method", (request) => this.#registerRemoteMethod(request));
  }

  /** @throws WebRequestError when the path is taken */
  registerEndpoint(path: string, callback: Endpoint): void {
    if (this.#endpoints.has(path)) throw new WebRequestError("Path already registered to an endpoint");
    this.#endpoints.set(path, callback);
  }

  /** Adds the callback for one value of a parameter; value `null` is the default. @throws ConfigError when taken */
  registerMuxEndpoint(path: string, key: string, value: string | null, callback: Endpoint): void {
    let mux = this.#muxEndpoints.get(path);
    if (mux === undefined) {
      const created: MuxEndpoint = { key, values: new Map() };
      this.registerEndpoint(path, (request) => this.#runMux(created, request));
      this.#muxEndpoints.set(path, created);
      mux = created;
    }
    if (mux.key !== key) throw new ConfigError(`mux endpoint ${path} ${key} ${text(value)} may have only one key (${mux.key})`);
    if (mux.values.has(value)) {
      const taken = [...mux.values.keys()].map((one) => (one === null ? "None" : `'${one}'`)).join(", ");
      throw new ConfigError(`mux endpoint ${path} ${key} ${text(value)} already registered (${taken})`);
    }
    mux.values.set(value, callback);
  }

  #runMux(mux: MuxEndpoint, request: WebRequest): unknown {
    const value = mux.values.has(null) ? (request.get(mux.key, { default: null }) as string | null) : request.getStr(mux.key);
    const callback = mux.values.get(value);
    if (callback === undefined) throw request.error(`The value '${text(value)}' is not valid for ${mux.key}`);
    return callback(request);
  }

  /** The callback of a path. @throws WebRequestError */
  getCallback(path: string): Endpoint {
    const callback = this.#endpoints.get(path);
    if (callback !== undefined) return callback;
    const message = `webhooks: No registered callback for path '${path}'`;
    this.printer.log("info", message);
    throw new WebRequestError(message);
  }

  /** Carries out a request and gives the answer. An exception that is no CommandError shuts the host down. */
  async processRequest(request: WebRequest): Promise<ReturnType<WebRequest["finish"]>> {
    try {
      await this.getCallback(request.method)(request);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      request.setError(new WebRequestError(message));
      if (!(error instanceof CommandError)) {
        const what = `Internal Error on WebRequest: ${request.method}`;
        this.printer.log("error", what, error);
        this.printer.invokeShutdown(what);
      }
    }
    return request.finish();
  }

  #sendInfo(request: WebRequest): void {
    const [message, state] = this.printer.getStateMessage();
    const args = this.printer.getStartArgs();
    request.send({
      app: "Kalico", state, state_message: message, hostname: String(args["hostname"] ?? "localhost"), klipper_path: String(args["klipper_path"] ?? ""),
      python_path: String(args["python_path"] ?? ""), process_id: Number(args["process_id"] ?? 0), user_id: Number(args["user_id"] ?? 0), group_id: Number(args["group_id"] ?? 0),
      log_file: args.log_file ?? null, config_file: args.config_file, software_version: args.software_version ?? "?", cpu_info: args.cpu_info ?? "?",
      plugins: args.plugins ?? {},
    });
  }

  // ---- methods that clients offer ----

  #registerRemoteMethod(request: WebRequest): void {
    const template = request.getDict("response_template");
    const method = request.getStr("remote_method");
    const connection = request.getClientConnection();
    if (connection === null) throw request.error("A remote method needs a connection");
    const danger = this.printer.lookupObject<{ logWebhookMethodRegisterMessages?: boolean } | null>("danger_options", null);
    if (danger?.logWebhookMethodRegisterMessages !== false) this.printer.log("info", `webhooks: registering remote method '${method}' for connection id: ${String(request.id)}`);
    const methods = this.#remoteMethods.get(method) ?? [];
    this.#remoteMethods.set(method, [...methods.filter((one) => one.connection !== connection && !one.connection.isClosed()), { connection, template }]);
  }

  /** Sends a call to every client that offers the method. @throws CommandError when there is none */
  callRemoteMethod(method: string, params: Readonly<Record<string, unknown>> = {}): void {
    const methods = this.#remoteMethods.get(method);
    if (methods === undefined) throw new CommandError(`Remote method '${method}' not registered`);
    const open = methods.filter(({ connection }) => !connection.isClosed());
    this.#remoteMethods.set(method, open);
    for (const { connection, template } of open) connection.send({ params: { ...params }, ...template });
    if (open.length > 0) return;
    this.#remoteMethods.delete(method);
    throw new CommandError(`No active connections for method '${method}'`);
  }

  getConnection(): object | null {
    return this.connection;
  }

  getStatus(_eventTime?: number): { state: StateCategory; state_message: string } {
    const [message, state] = this.printer.getStateMessage();
    return { state, state_message: message };
  }

  stats(eventTime: number): [boolean, string] {
    return this.connection?.stats(eventTime) ?? [false, ""];
  }
}

/** Adds the object to the printer, for `PrinterStages.early`; it serves the clients that the start argument `openApi` lets in. */
export function addWebhooks(printer: Printer): void {
  const webhooks = new WebHooks(printer);
  addGcodeEndpoints(printer, webhooks);
  addStatusEndpoints(printer, webhooks);
  const { openApi, debuginput } = printer.getStartArgs();
  if (openApi != null && debuginput == null) webhooks.connection = new ApiServer(printer, webhooks, (openApi as () => ApiListener)());
  printer.addObject("webhooks", webhooks);
}

/** Endpoints `gcode/…`: help, scripts, restarts, and the printer's answers to all g-code as notifications. */
import type { Printer } from "../printer/printer-surface.js";
import type { ClientConnection, EndpointTable } from "./web-request.js";

interface Gcode {
  getCommandHelp(): Record<string, string>;
  runScript(script: string): Promise<void>;
  registerOutputHandler(handler: (message: string) => void): void;
}

/** Adds the endpoints; the object `gcode` is there when a request comes. */
export function addGcodeEndpoints(printer: Printer, webhooks: EndpointTable): void {
  const gcode = (): Gcode => printer.lookupObject<Gcode>("gcode");
  const receivers = new Map<ClientConnection, Record<string, unknown>>();
  let isListening = false;
  const output = (response: string): void => {
    for (const [client, template] of receivers) {
      if (client.isClosed()) receivers.delete(client);
      else client.send({ ...template, params: { response } });
    }
  };

  webhooks.registerEndpoint("gcode/help", (request) => request.send(gcode().getCommandHelp()));
  webhooks.registerEndpoint("gcode/script", (request) => gcode().runScript(request.getStr("script")));
  webhooks.registerEndpoint("gcode/restart", () => gcode().runScript("restart"));
  webhooks.registerEndpoint("gcode/firmware_restart", () => gcode().runScript("firmware_restart"));
  webhooks.registerEndpoint("gcode/subscribe_output", (request) => {
    const template = request.getDict("response_template", { default: {} });
    const client = request.getClientConnection();
    if (client === null) throw request.error("Output needs a connection");
    for (const known of [...receivers.keys()]) if (known.isClosed()) receivers.delete(known);
    receivers.set(client, template);
    if (!isListening) gcode().registerOutputHandler(output);
    isListening = true;
  });
}

/** `[query_endstops]`: every endstop by name; QUERY_ENDSTOPS and M119 read them all. */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";

/** The part of an endstop that can be asked. */
interface QueriedEndstop {
  queryEndstop(printTime: number): number | boolean | Promise<number | boolean>;
}

/** Requests of a front end, where the host has a server. */
interface Webhooks {
  registerEndpoint(path: string, handler: (request: { send(data: unknown): void }) => Promise<void>): void;
}

export class QueryEndstops {
  private readonly printer: Printer;
  private readonly gcode: GCodeDispatch;
  readonly endstops: { endstop: QueriedEndstop; name: string }[] = [];
  private lastState: [name: string, state: number][] = [];

  constructor(config: ConfigSection) {
    this.printer = config.getPrinter();
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const webhooks = this.printer.lookupObject<Partial<Webhooks> | null>("webhooks", null);
    webhooks?.registerEndpoint?.("query_endstops/status", async (request) => {
      const states = await this.gcode.getMutex().withLock(() => this.query());
      request.send(Object.fromEntries(states));
    });
    this.gcode.registerCommand("QUERY_ENDSTOPS", (gcmd) => this.cmdQueryEndstops(gcmd), {
      desc: "Report on the status of each endstop",
    });
    this.gcode.registerCommand("M119", (gcmd) => this.cmdQueryEndstops(gcmd));
  }

  registerEndstop(endstop: QueriedEndstop, name: string): void {
    this.endstops.push({ endstop, name });
  }

  getStatus(_eventTime: number): { last_query: Record<string, number> } {
    return { last_query: Object.fromEntries(this.lastState) };
  }

  /** Ask every endstop, after the moves that are queued. */
  private async query(): Promise<[name: string, state: string][]> {
    const printTime = this.printer.lookupObject<{ getLastMoveTime(): number }>("toolhead").getLastMoveTime();
    const states: [string, number][] = [];
    for (const { endstop, name } of this.endstops) states.push([name, Number(await endstop.queryEndstop(printTime))]);
    this.lastState = states;
    return states.map(([name, state]) => [name, state !== 0 ? "TRIGGERED" : "open"]);
  }

  private async cmdQueryEndstops(gcmd: GCodeCommand): Promise<void> {
    const states = await this.query();
    gcmd.respondRaw(states.map(([name, state]) => `${name}:${state}`).join(" "));
  }
}

export function loadConfig(config: ConfigSection): QueryEndstops {
  return new QueryEndstops(config);
}

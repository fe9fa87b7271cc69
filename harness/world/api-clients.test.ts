/** What clients rely on, on a whole printer in virtual time: restarts, remote methods, streams, waiting scripts, quiet motion. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { feedGcode } from "../../host/gcode/gcode-file-input.js";
import type { WebHooks } from "../../host/api/webhooks.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { ApiPrinter, type MemoryClient } from "../testing/api-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";

const PRINTER = `${BASE_PRINTER}
[virtual_sdcard]
path: gcodes
[pause_resume]
[display_status]
[respond]
[force_move]
enable_force_move: true
`;
const PLACE = "SET_KINEMATIC_POSITION X=10 Y=10 Z=10";

let scratch: ScratchDirectory;
let configFile: string;
let printer: ApiPrinter;
const open = (): ApiPrinter => new ApiPrinter({ configFile, board: "atmega2560", seed: 1 });
beforeEach(async () => {
  scratch = scratchDirectory();
  configFile = scratch.write("printer.cfg", PRINTER);
  scratch.write("gcodes/none", "");
  printer = open();
  await printer.start();
});
afterEach(() => {
  printer.finish();
  scratch.remove();
});
const gcode = (client: MemoryClient, id: unknown, script: string): Promise<any> => printer.ask(client, id, "gcode/script", { script });
const webhooks = (): WebHooks => printer.world.printer!.lookupObject<WebHooks>("webhooks");

describe("restarts", () => {
  it.each(["RESTART", "FIRMWARE_RESTART"])("answers %s first, tells of the disconnect, lets go of everybody, and forgets subscriptions and methods", async (command) => {
    const [asking, other] = [printer.connect(), printer.connect()];
    await printer.ask(other, 1, "objects/subscribe", { objects: { toolhead: null, webhooks: null } });
    await printer.ask(other, 2, "register_remote_method", { remote_method: "m", response_template: { method: "m" } });
    for (const client of [asking, other]) await printer.ask(client, 3, "gcode/subscribe_output");
    for (const client of [asking, other]) client.take();

    asking.send(4, "gcode/script", { script: command });
    await printer.world.run(() => false, printer.world.clock.now + 60);

    expect(printer.world.ended).toBeDefined();
    expect(asking.take()).toEqual([{ id: 4, result: {} }, { params: { response: "// Klipper state: Disconnect" } }]);
    expect([asking.isClosed, other.isClosed, printer.closed]).toEqual([true, true, 1]);
    expect(() => printer.connect()).toThrow("Nobody listens");

    const end = printer.world.clock.now;
    await printer.world.restart();
    expect(printer.world.clock.now - end).toBeCloseTo(1, 3);
    const again = printer.connect();
    expect((await printer.ask(again, 1, "info")).result).toMatchObject({ state: "startup" });
    await printer.settle();
    await printer.live(2);
    expect((await printer.ask(again, 2, "info")).result).toMatchObject({ state: "ready", state_message: "Printer is ready" });
    expect(again.take()).toHaveLength(2);
    expect(() => webhooks().callRemoteMethod("m")).toThrow("Remote method 'm' not registered");
  });

  it("stays up after an emergency stop: state as a difference, fewer commands, and words in the output", async () => {
    const client = printer.connect();
    await printer.ask(client, 1, "objects/subscribe", { objects: { webhooks: null, gcode: null } });
    await printer.ask(client, 2, "gcode/subscribe_output");
    client.take();

    expect(await printer.ask(client, 3, "emergency_stop")).toEqual({ id: 3, result: {} });
    await printer.live(1);

    const messages = client.take();
    expect(messages).toContainEqual({ params: { response: "// Klipper state: Shutdown" } });
    const update = messages.find((one) => one.params?.status?.webhooks !== undefined).params.status;
    expect(update.webhooks).toMatchObject({ state: "shutdown", state_message: expect.stringContaining("Shutdown due to webhooks request") as string });
    expect(Object.keys(update.gcode.commands as object)).toContain("FIRMWARE_RESTART");
    expect(Object.keys(update.gcode.commands as object)).not.toContain("G1");
    expect((await printer.ask(client, 4, "objects/list")).result.objects).toContain("toolhead");
    expect(client.isClosed).toBe(false);
  });
});

describe("remote methods", () => {
  it("call every client that offers them, by its template, and fail when all are gone", async () => {
    const [one, two] = [printer.connect(), printer.connect()];
    await printer.ask(one, 1, "register_remote_method", { remote_method: "m", response_template: { method: "first" } });
    await printer.ask(two, 1, "register_remote_method", { remote_method: "m", response_template: { method: "second", id: 7 } });
    for (const client of [one, two]) client.take();

    webhooks().callRemoteMethod("m", { a: 1 });
    expect([one.take(), two.take()]).toEqual([[{ method: "first", params: { a: 1 } }], [{ method: "second", id: 7, params: { a: 1 } }]]);

    one.leave();
    webhooks().callRemoteMethod("m");
    expect([one.take(), two.take()]).toEqual([[], [{ method: "second", id: 7, params: {} }]]);

    two.leave();
    expect(() => webhooks().callRemoteMethod("m")).toThrow("No active connections for method 'm'");
    expect(() => webhooks().callRemoteMethod("m")).toThrow("Remote method 'm' not registered");
    expect(printer.state).toBe("ready");
  });
});

describe("streams of motion", () => {
  it("have one endpoint for all names, and refuse names that they do not have", async () => {
    const client = printer.connect();
    const { endpoints } = (await printer.ask(client, 1, "list_endpoints")).result as { endpoints: string[] };
    expect(endpoints).toEqual(expect.arrayContaining([
      "gcode/restart", "gcode/firmware_restart", "pause_resume/cancel", "pause_resume/pause", "pause_resume/resume", "motion_report/dump_stepper", "query_endstops/status", "motion_report/dump_trapq",
    ]));
    expect(endpoints.filter((one) => one.startsWith("motion_report")), "one entry for all names").toHaveLength(2);
    const message = (answer: any): string => answer.error.message as string;
    expect(message(await printer.ask(client, 2, "motion_report/dump_trapq"))).toBe("Missing Argument [name]");
    expect(message(await printer.ask(client, 3, "motion_report/dump_trapq", { name: "zz" }))).toBe("The value 'zz' is not valid for name");
    expect(printer.state).toBe("ready");
  });

  it("tell each client every row of a stepper and every move of the toolhead, once and without a gap", async () => {
    const client = printer.connect();
    await gcode(client, 0, PLACE);
    expect((await printer.ask(client, 1, "motion_report/dump_stepper", { name: "stepper_x", response_template: { method: "steps" } })).result).toEqual({ header: ["interval", "count", "add"] });
    expect((await printer.ask(client, 2, "motion_report/dump_trapq", { name: "toolhead", response_template: { method: "moves" } })).result)
      .toEqual({ header: ["time", "duration", "start_velocity", "acceleration", "start_position", "direction"] });
    await printer.live(1);
    client.take();
    await gcode(client, 3, "G1 X60 Y20 F6000\nG1 X30\nM400");
    await printer.live(2);

    const messages = client.take();
    const steps = messages.filter((one) => one.method === "steps").map((one) => one.params);
    const counts = steps.flatMap((one) => one.data as number[][]).map((row) => row[1]!);
    expect(counts.filter((n) => n > 0).reduce((a, b) => a + b, 0), "50 mm of 80 steps/mm").toBe(4000);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(1600);
    expect(Object.keys(steps[0] as object)).toEqual(["data", "start_position", "start_mcu_position", "step_distance", "first_clock", "first_step_time", "last_clock", "last_step_time"]);
    expect(steps[0].start_position).toBeCloseTo(10, 9);
    for (const [before, after] of steps.slice(1).map((one, i) => [steps[i], one])) {
      expect(after.first_clock).toBeGreaterThan(before.last_clock);
      expect(after.start_mcu_position).toBe(before.start_mcu_position + (before.data as number[][]).reduce((sum, row) => sum + row[1]!, 0));
    }
    const moves = messages.filter((one) => one.method === "moves").flatMap((one) => one.params.data as [number, number, number, number, number[], number[]][]);
    const length = ([, duration, v, a]: readonly [number, number, number, number, ...unknown[]]): number => (v + 0.5 * a * duration) * duration;
    const travelled = moves.reduce((sum, move) => sum + length(move), 0);
    expect(travelled).toBeCloseTo(Math.hypot(50, 10) + 30, 6);
    for (let i = 1; i < moves.length; i++) expect(moves[i]![0]).toBeGreaterThanOrEqual(moves[i - 1]![0] + moves[i - 1]![1] - 1e-9);
    const last = moves.at(-1)!;
    expect(last[4][0]! + last[5][0]! * length(last)).toBeCloseTo(30, 6);
  });
});

describe("requests while others wait", () => {
  it("run scripts of all clients one after the other, and answer everything else meanwhile", async () => {
    const [a, b] = [printer.connect(), printer.connect()];
    await printer.ask(b, 0, "objects/subscribe", { objects: { toolhead: ["print_time", "estimated_print_time"] } });
    b.take();
    const started = printer.world.clock.now;
    a.send(40, "gcode/script", { script: "G4 P2000\nM400" });
    await printer.live(0.01);
    b.send(41, "gcode/script", { script: "M117 b" });
    for (const [id, method] of [[42, "info"], [43, "gcode/help"], [44, "objects/query"], [45, "objects/list"]] as const) b.send(id, method, method === "objects/query" ? { objects: { webhooks: null } } : {});
    await printer.live(1);

    expect(b.answer(41), "waits for a's script").toBeUndefined();
    for (const id of [42, 43, 44, 45]) expect(b.answer(id)).toHaveProperty("result");
    expect(b.received.filter(({ text }) => text.includes('"params"')).length, "differences go on").toBeGreaterThanOrEqual(3);
    await printer.live(2);
    expect([a.answer(40), b.answer(41)]).toEqual([{ id: 40, result: {} }, { id: 41, result: {} }]);
    const time = (client: MemoryClient, id: number): number => client.received.find(({ text }) => text.startsWith(`{"id":${id},`))!.at;
    expect(time(a, 40) - started).toBeGreaterThan(1.9);
    expect(time(b, 41)).toBeGreaterThanOrEqual(time(a, 40));
  });

  it("take an unknown command for a success that says so in the output", async () => {
    const client = printer.connect();
    await printer.ask(client, 1, "gcode/subscribe_output");
    client.take();
    await gcode(client, 2, "NOSUCH");
    expect(client.take()).toEqual([{ params: { response: '// Unknown command:"NOSUCH"' } }, { id: 2, result: {} }]);
  });

  it("answer a query with the next difference while somebody subscribes, at once while nobody does", async () => {
    const client = printer.connect();
    const arrival = async (id: number): Promise<number> => {
      await printer.ask(client, id, "objects/query", { objects: { webhooks: null } });
      return client.received.find(({ text }) => text.startsWith(`{"id":${id},`))!.at;
    };
    const asked = printer.world.clock.now;
    expect(await arrival(1) - asked).toBeLessThan(0.001);

    const other = printer.connect();
    const first = (await printer.ask(other, 1, "objects/subscribe", { objects: { toolhead: ["estimated_print_time"] } })).result.eventtime as number;
    await printer.live(0.1);
    expect(await arrival(2) - first).toBeCloseTo(0.25, 3);
    expect(client.answer(2).result.eventtime).toBeCloseTo(first + 0.25, 3);
    await printer.live(0.01);
    expect(other.take().at(-1).params.eventtime, "one pass, one time for all").toBe(client.answer(2).result.eventtime);
  });

  it("never tell of a list that is changed in place, and tell of a new one", async () => {
    const list = [1];
    let copies = false;
    printer.world.printer!.addObject("trap", { getStatus: () => ({ list: copies ? [...list] : list }) });
    const client = printer.connect();
    await printer.ask(client, 1, "objects/subscribe", { objects: { trap: null } });
    client.take();
    list.push(2);
    await printer.live(1);
    expect(client.take()).toEqual([]);

    copies = true;
    await printer.live(1);
    list.push(3);
    await printer.live(1);
    expect(client.take().map((one) => one.params.status)).toEqual([{ trap: { list: [1, 2, 3] } }]);
  });
});

// ---- many clients and bad requests ----

const JUNK = [
  '{"id":1,"method":"nope"}\u0003', "{bad\u0003", "\u0003\u0003", '{"id":[1],"method":"objects/query","params":{"objects":{"toolhead":null,"mcu":null,"nope":["a"]}}}\u0003',
  '{"id":2,"method":"objects/subscribe","params":{"objects":{"toolhead":null,"motion_report":null,"heaters":null,"gcode_move":null}}}\u0003', '{"id":3,"method":"gcode/script"}\u0003',
  '{"id":4,"method":"motion_report/dump_stepper","params":{"name":"stepper_x"}}\u0003', '{"id":5,"method":"motion_report/dump_trapq","params":{"name":["toolhead"]}}\u0003',
  '{"id":6,"method":"register_remote_method","params":{"remote_method":"m","response_template":{}}}\u0003', '{"id":7,"method":"gcode/subscribe_output"}\u0003',
  '{"id":8,"method":"info","params":{"client_info":', '{"method":"objects/list"}\u0003', '{"id":9,"method":"query_endstops/nope"}\u0003', "[]\u0003", "null\u0003",
];

/** Clients that come, talk nonsense and go, every 10 ms. */
class Crowd {
  readonly name = "crowd";
  requests = 0;
  #clients: MemoryClient[] = [];
  #next: number;
  #at = 0;
  readonly #printer: ApiPrinter;
  constructor(owner: ApiPrinter) {
    this.#printer = owner;
    this.#next = owner.world.clock.now;
    for (let i = 0; i < 50; i++) this.#clients.push(owner.connect(i % 10 !== 0));
  }
  nextDeadline(): number {
    return this.#next;
  }
  run(now: number): void {
    this.#next = now + 0.01;
    for (let i = 0; i < 5; i++) {
      const at = this.#at++;
      const which = at % this.#clients.length;
      let client = this.#clients[which]!;
      if (client.isClosed || at % 97 === 0) {
        client.leave();
        client = this.#clients[which] = this.#printer.connect();
      }
      client.received.length = 0;
      client.sendRaw(JUNK[(at * 7) % JUNK.length]!);
      this.requests += 1;
    }
  }
}

async function print(withCrowd: boolean): Promise<{ hash: string; requests: number }> {
  const bench = open();
  await bench.start();
  const crowd = withCrowd ? new Crowd(bench) : undefined;
  if (crowd !== undefined) bench.world.world.add(crowd);
  const lines = [PLACE, "M83", "M302 S0", "G1 F9000"];
  for (let i = 0; i < 150; i++) lines.push(`G1 X${60 + 40 * Math.cos(i / 3)} Y${60 + 30 * Math.sin(i / 5)} Z${10 + i / 100} E0.2`);
  lines.push("M400");
  let isDone = false;
  feedGcode(bench.world.printer!, lines, { onDone: () => { isDone = true; } });
  await bench.world.run(() => isDone, bench.world.clock.now + 600);
  await bench.live(1);
  const result = { hash: bench.world.main.trace.allSteps().map((one) => `${one.oid}:${one.steps}:${one.hash.digest()}`).join(" "), requests: crowd?.requests ?? 0 };
  expect([isDone, bench.state]).toEqual([true, "ready"]);
  bench.finish();
  return result;
}

describe("50 clients that send nonsense", () => {
  it("leave the steps of a print as they are", { timeout: 120_000 }, async () => {
    const quiet = await print(false);
    const crowded = await print(true);
    expect(quiet.hash).toMatch(/:[1-9]\d{3,}:/);
    expect(crowded.requests).toBeGreaterThan(2000);
    expect(crowded.hash).toBe(quiet.hash);
  });

  it("leave nothing behind: heap and handles stay within bounds over 5,000 requests", { timeout: 120_000 }, async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const crowd = new Crowd(printer);
    printer.world.world.add(crowd);
    const after = async (requests: number): Promise<number> => {
      await printer.world.run(() => crowd.requests >= requests, printer.world.clock.now + 600);
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await after(5000);
    const handles = process.getActiveResourcesInfo().length;
    const later = await after(10_000);
    expect(printer.state).toBe("ready");
    expect(later - before).toBeLessThan(8e6);
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles + 1);
  });
});

/** What is easily gotten wrong at the API, each trap with a test of its own on a whole printer in virtual time. */
import { afterEach, describe, expect, it } from "vitest";
import { CommandError } from "../../host/errors.js";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { ApiPrinter, type MemoryClient } from "../testing/api-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";

let scratch: ScratchDirectory | undefined;
let printer: ApiPrinter | undefined;
afterEach(() => {
  printer?.finish();
  scratch?.remove();
});

async function started(config = BASE_PRINTER): Promise<ApiPrinter> {
  scratch = scratchDirectory();
  printer = new ApiPrinter({ configFile: scratch.write("printer.cfg", config), board: "atmega2560", seed: 1 });
  await printer.start();
  return printer;
}
const state = async (bench: ApiPrinter, client: MemoryClient, id: number): Promise<any> => (await bench.ask(client, id, "info")).result as unknown;

describe("an endpoint that raises", () => {
  it("answers with the text; only what is no command error shuts the printer down", async () => {
    const bench = await started();
    const webhooks = bench.world.printer!.lookupObject<{ registerEndpoint(path: string, callback: () => void): void }>("webhooks");
    webhooks.registerEndpoint("trap/command", () => { throw new CommandError("not now"); });
    webhooks.registerEndpoint("trap/internal", () => { throw new RangeError("out of paper"); });
    const client = bench.connect();

    expect((await bench.ask(client, 1, "trap/command")).error.message).toBe("not now");
    expect((await state(bench, client, 2)).state).toBe("ready");
    expect((await bench.ask(client, 3, "trap/internal")).error.message).toContain("out of paper");
    await bench.live(0.1);
    expect(await state(bench, client, 4)).toMatchObject({ state: "shutdown", state_message: expect.stringContaining("Internal Error on WebRequest: trap/internal") as string });
  });
});

describe("a subscription to all fields", () => {
  it("freezes them at the first status that has any: later keys never come, a vanished one is null once", async () => {
    const bench = await started();
    let status: Record<string, unknown> = {};
    bench.world.printer!.addObject("trap", { getStatus: () => ({ ...status }) });
    const client = bench.connect();
    expect((await bench.ask(client, 1, "objects/subscribe", { objects: { trap: null } })).result.status).toEqual({ trap: {} });
    client.take();
    const updates = async (): Promise<unknown[]> => {
      await bench.live(1);
      return client.take().map((one) => one.params.status.trap as unknown);
    };

    status = { a: 1, b: 1 };
    expect(await updates(), "the first status with keys tells which there are").toEqual([{ a: 1, b: 1 }]);
    status = { a: 1, b: 2, late: 3 };
    expect(await updates()).toEqual([{ b: 2 }]);
    status = { a: 1 };
    expect(await updates()).toEqual([{ b: null }]);
    expect(await updates()).toEqual([]);
  });

  it("tells event times of the reactor, not of the wall", async () => {
    const bench = await started();
    const client = bench.connect();
    const before = bench.world.printer!.getReactor().monotonic();
    const { eventtime } = (await bench.ask(client, 1, "objects/query", { objects: { webhooks: null } })).result as { eventtime: number };
    expect(eventtime - before).toBeGreaterThanOrEqual(0);
    expect(eventtime - before).toBeLessThan(0.1);
  });
});

describe("a status that raises", () => {
  it("shuts the printer down and leaves the query without an answer; requests of another kind go on", async () => {
    const bench = await started();
    bench.world.printer!.addObject("trap", { getStatus: () => { throw new Error("torn"); } });
    const client = bench.connect();
    client.send(1, "objects/query", { objects: { trap: null } });
    await bench.live(5);
    expect(client.answer(1)).toBeUndefined();
    expect(await state(bench, client, 2)).toMatchObject({ state: "shutdown", state_message: expect.stringContaining("Unhandled exception during run") as string });
    expect((await bench.ask(client, 3, "objects/list")).result.objects).toContain("trap");
  });
});

describe("a configuration that is wrong", () => {
  it("still answers info, objects/list and objects/query, in state error", async () => {
    const bench = await started(`${BASE_PRINTER}\n[nonsense]\n`);
    const client = bench.connect();
    expect(await state(bench, client, 1)).toMatchObject({ state: "error", state_message: expect.stringContaining("Section 'nonsense' is not a valid config section") as string });
    expect((await bench.ask(client, 2, "objects/list")).result.objects).toEqual(expect.arrayContaining(["webhooks", "configfile", "gcode"]));
    expect((await bench.ask(client, 3, "objects/query", { objects: { webhooks: ["state"] } })).result.status).toEqual({ webhooks: { state: "error" } });
  });
});

describe("the output", () => {
  it("says that the printer is ready to clients that came before", async () => {
    scratch = scratchDirectory();
    printer = new ApiPrinter({ configFile: scratch.write("printer.cfg", BASE_PRINTER), board: "atmega2560", seed: 1 });
    printer.world.start();
    await printer.world.run(() => printer!.opened > 0, 10);
    const client = printer.connect();
    expect((await printer.ask(client, 1, "gcode/subscribe_output")).result).toEqual({});
    await printer.settle();
    await printer.live(0.1);
    expect(client.take()).toContainEqual({ params: { response: "// Klipper state: Ready" } });
  });
});

describe("the endpoints", () => {
  it("are told in the order in which they were registered, the server's own first", async () => {
    const bench = await started(`${BASE_PRINTER}\n[virtual_sdcard]\npath: .\n[pause_resume]\n`);
    const { endpoints } = (await bench.ask(bench.connect(), 1, "list_endpoints")).result as { endpoints: string[] };
    expect(endpoints).toEqual([
      "list_endpoints", "info", "emergency_stop", "register_remote_method", "gcode/help", "gcode/script", "gcode/restart", "gcode/firmware_restart", "gcode/subscribe_output",
      "objects/list", "objects/query", "objects/subscribe", "pause_resume/cancel", "pause_resume/pause", "pause_resume/resume", "motion_report/dump_stepper", "query_endstops/status", "motion_report/dump_trapq",
    ]);
  });
});

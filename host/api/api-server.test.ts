/** The API as a client sees it, in virtual time: framing, ids, errors, subscriptions. Texts are those of a recorded Kalico. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Printer } from "../printer/printer.js";
import { addGcodeObjects } from "../gcode/early-objects.js";
import { VirtualClock } from "../reactor/clock.js";
import { Reactor } from "../reactor/reactor.js";
import type { ApiListener, ClientLine } from "./api-server.js";
import { addWebhooks, type WebHooks } from "./webhooks.js";

/** A host with nothing but g-code and the API, and clients in memory. */
function apiBench() {
  const clock = new VirtualClock(100);
  const reactor = new Reactor(clock);
  let enter: (line: ClientLine) => void = () => undefined;
  const listener: ApiListener = { onClient: (callback) => { enter = callback; }, close: () => undefined };
  const printer = new Printer({
    reactor, startArgs: { config_file: "/nowhere/printer.cfg", start_reason: "startup", openApi: () => listener },
    stages: { early: [addGcodeObjects, addWebhooks] },
  });
  const connect = (reads = true) => {
    let receive: (data: Uint8Array) => void = () => undefined;
    let leave: () => void = () => undefined;
    let pending = 0;
    const raw: string[] = [];
    const line: ClientLine = {
      write: (data) => {
        if (reads) raw.push(...Buffer.from(data).toString().split("\u0003").slice(0, -1));
        else pending += data.length;
      },
      onData: (callback) => { receive = callback; }, onClose: (callback) => { leave = callback; },
      backlog: () => pending, close: () => { client.isClosed = true; },
    };
    const client = {
      isClosed: false, raw,
      sendRaw: (text: string) => receive(Buffer.from(text)),
      send: (request: unknown) => receive(Buffer.from(`${JSON.stringify(request)}\u0003`)),
      leave: () => leave(),
      take: (): any[] => raw.splice(0).map((one) => JSON.parse(one) as unknown),
    };
    enter(line);
    return client;
  };
  /** Lets the host live for so many seconds. */
  const live = async (seconds: number): Promise<void> => {
    const end = clock.now + seconds;
    for (;;) {
      const deadline = Math.max(reactor.nextDeadline(), clock.now);
      if (deadline > end) break;
      clock.now = deadline;
      await reactor.run(deadline);
    }
    clock.now = end;
  };
  return { printer, connect, live, clock, webhooks: printer.lookupObject<WebHooks>("webhooks") };
}

describe("API server", () => {
  it.each([
    ["an object as id", '{"id":{"a":[1]},"method":"emergency_stop"}\u0003', ['{"id":{"a":[1]},"result":{}}']],
    ["0 as id", '{"id":0,"method":"gcode/script","params":{"script":"ECHO"}}\u0003', ['{"id":0,"result":{}}']],
    ["false as id", '{"id":false,"method":"gcode/script","params":{"script":"ECHO"}}\u0003', ['{"id":false,"result":{}}']],
    ["null as id", '{"id":null,"method":"gcode/help"}\u0003', []],
    ["an unknown method without id", '{"method":"nope"}\u0003', []],
    ["bad JSON, then a request", '{bad\u0003{"id":1,"method":"gcode/script","params":{"script":"ECHO"}}\u0003', ['{"id":1,"result":{}}']],
    ["a list", '[1]\u0003', []],
    ["a list as params", '{"id":3,"method":"info","params":[]}\u0003', []],
    ["null as params", '{"id":3,"method":"info","params":null}\u0003', []],
    ["no method", '{"id":3}\u0003', []],
    ["an empty frame", '\u0003{"id":5,"method":"gcode/script","params":{"script":"ECHO"}}\u0003', ['{"id":5,"result":{}}']],
    ["no end", '{"id":9,"method":"gcode/help"}', []],
    ["a line feed as end", '{"id":9,"method":"gcode/help"}\n', []],
    ["an unknown method", '{"id":"abc","method":"nope"}\u0003', ['{"id":"abc","error":{"error":"WebRequestError","message":"webhooks: No registered callback for path \'nope\'"}}']],
    ["a missing argument", '{"id":10,"method":"gcode/script"}\u0003', ['{"id":10,"error":{"error":"WebRequestError","message":"Missing Argument [script]"}}']],
    ["an argument of a wrong type", '{"id":11,"method":"gcode/script","params":{"script":1}}\u0003', ['{"id":11,"error":{"error":"WebRequestError","message":"Invalid Argument Type [script]"}}']],
    ["a query of a list", '{"id":14,"method":"objects/query","params":{"objects":[]}}\u0003', ['{"id":14,"error":{"error":"WebRequestError","message":"Invalid Argument Type [objects]"}}']],
    ["a query with fields that are no list", '{"id":15,"method":"objects/query","params":{"objects":{"webhooks":1}}}\u0003', ['{"id":15,"error":{"error":"WebRequestError","message":"Invalid argument"}}']],
    ["a template that is no dict", '{"id":23,"method":"objects/subscribe","params":{"objects":{},"response_template":1}}\u0003', ['{"id":23,"error":{"error":"WebRequestError","message":"Invalid Argument Type [response_template]"}}']],
  ])("answers %s as Kalico does, in whatever pieces it comes", async (_what, text, expected) => {
    for (const size of [1, 7, 1000]) {
      const { connect, live } = apiBench();
      const client = connect();
      for (let at = 0; at < text.length; at += size) client.sendRaw(text.slice(at, at + size));

      await live(1);

      expect(client.raw).toEqual(expected);
      expect(client.isClosed).toBe(false);
    }
  });

  it("sends everything first, then only the fields that changed, each whole, every 0.25 s", async () => {
    const { printer, connect, live } = apiBench();
    const status = { list: [1, 2], target: 0, same: "x" };
    printer.addObject("thing", { getStatus: () => ({ ...status, list: [...status.list] }) });
    const client = connect();
    client.send({ id: 1, method: "objects/subscribe", params: { objects: { thing: null, nope: null, nope2: ["a"] }, response_template: { method: "m", id: 99, params: 1 } } });
    await live(0.01);
    expect(client.raw[0]).toMatch(/^\{"id":1,"result":\{"eventtime":[\d.]+,"status":\{"thing":\{"list":\[1,2\],"target":0\.0,"same":"x"\},"nope":\{\},"nope2":\{"a":null\}\}\}\}$/);
    client.take();

    status.list[1] = 3;
    await live(0.3);
    expect(client.take()).toEqual([{ method: "m", id: 99, params: { eventtime: expect.any(Number) as number, status: { thing: { list: [1, 3] } } } }]);
    await live(5);
    expect(client.take()).toEqual([]);
  });

  it("lets a new subscription of a client replace its old one, and an empty one end it", async () => {
    const { printer, connect, live } = apiBench();
    let count = 0;
    printer.addObject("thing", { getStatus: () => ({ count: count++ }) });
    const client = connect();
    client.send({ id: 1, method: "objects/subscribe", params: { objects: { thing: null } } });
    await live(1);
    expect(client.take().length).toBeGreaterThan(3);

    client.send({ id: 2, method: "objects/subscribe", params: { objects: {} } });
    await live(0.3);
    client.take();
    const before = count;
    await live(3);
    expect(client.take()).toEqual([]);
    expect(count).toBe(before);
  });

  it("asks each object once per pass, however many clients there are, and tells all the same time", async () => {
    const { printer, connect, live } = apiBench();
    const asked: number[] = [];
    printer.addObject("thing", { getStatus: (eventTime: number) => { asked.push(eventTime); return { eventTime }; } });
    const clients = Array.from({ length: 50 }, () => connect());
    for (const client of clients) client.send({ id: 1, method: "objects/subscribe", params: { objects: { thing: null } } });
    await live(2);

    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(10);
    expect(clients[49]!.raw.slice(-1)).toEqual(clients[0]!.raw.slice(-1));
  });

  it("gives clients the printer's answers by their templates; a second wish replaces the first", async () => {
    const { connect, live } = apiBench();
    const client = connect();
    client.send({ id: 1, method: "gcode/subscribe_output" });
    client.send({ id: 2, method: "gcode/subscribe_output", params: { response_template: { method: "g2" } } });
    client.send({ id: 3, method: "gcode/script", params: { script: "ECHO" } });
    await live(0.1);
    expect(client.raw.splice(0)).toEqual(['{"id":1,"result":{}}', '{"id":2,"result":{}}', '{"method":"g2","params":{"response":"// ECHO"}}', '{"id":3,"result":{}}']);

    client.send({ id: 4, method: "gcode/script", params: { script: "ECHO b" } });
    await live(0.1);
    expect(client.raw, "a script that fails: output first, then the error").toEqual([
      `{"method":"g2","params":{"response":"!! Malformed command 'ECHO b'"}}`, `{"id":4,"error":{"error":"WebRequestError","message":"Malformed command 'ECHO b'"}}`,
    ]);
  });

  it("never writes NaN, and shuts down on what cannot be written", async () => {
    const { printer, connect, live } = apiBench();
    printer.addObject("odd", { getStatus: () => ({ nan: NaN, most: Infinity }) });
    const client = connect();
    client.send({ id: 1, method: "objects/query", params: { objects: { odd: null } } });
    await live(0.1);
    expect(client.take()[0]).toMatchObject({ result: { status: { odd: { nan: null, most: null } } } });

    printer.addObject("set", { getStatus: () => ({ names: new Set(["a"]) }) });
    client.send({ id: 2, method: "objects/query", params: { objects: { set: null } } });
    await live(0.1);
    expect(printer.getStateMessage()[0]).toContain("json encoding error: Circular reference detected");
  });

  it("closes a client that does not read, and nobody else", async () => {
    const { printer, connect, live, webhooks } = apiBench();
    let count = 0;
    printer.addObject("thing", { getStatus: () => ({ count: count++ }) });
    const [deaf, good] = [connect(false), connect()];
    for (const client of [deaf, good]) client.send({ id: 1, method: "objects/subscribe", params: { objects: { thing: null } } });
    for (let second = 0; second < 8; second++) {
      await live(1);
      webhooks.stats(0);
    }
    expect(deaf.isClosed).toBe(true);
    expect(good.isClosed).toBe(false);
  });

  it("survives thousands of requests that make no sense", { timeout: 60_000 }, async () => {
    const { printer, connect, live } = apiBench();
    const words = ["info", "list_endpoints", "gcode/help", "gcode/script", "objects/list", "objects/query", "objects/subscribe", "register_remote_method", "gcode/subscribe_output", "__proto__", ""];
    const request = fc.record({
      id: fc.jsonValue(), method: fc.oneof(fc.constantFrom(...words), fc.jsonValue()),
      params: fc.oneof(fc.jsonValue(), fc.record({ objects: fc.dictionary(fc.constantFrom("gcode", "webhooks", "__proto__", "x"), fc.jsonValue()), response_template: fc.jsonValue(), script: fc.oneof(fc.jsonValue(), fc.string()) }, { requiredKeys: [] })),
    }, { requiredKeys: [] });
    const client = connect();
    const samples = fc.sample(fc.oneof(request.map((one) => JSON.stringify(one)), fc.string()), { numRuns: 5000, seed: 1 });
    for (const [at, text] of samples.entries()) {
      if (/M112|RESTART/i.test(text)) continue;
      client.sendRaw(`${text}\u0003`);
      if (at % 100 === 0) await live(0.3);
      if (at % 500 === 0) connect().sendRaw('{"id":');
    }
    await live(1);
    expect(printer.isShutdown()).toBe(false);
    client.raw.length = 0;
    client.send({ id: "last", method: "objects/query", params: { objects: { webhooks: ["state"] } } });
    await live(1);
    expect(client.take()).toContainEqual({ id: "last", result: { eventtime: expect.any(Number) as number, status: { webhooks: { state: "startup" } } } });
  });
});

/** The API's socket with real clients: it takes many, survives those that break off, and leaves no file behind. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { LivePrinter } from "./live-printer.js";
import { RealtimeWorld } from "./realtime-world.js";
import { socketPathProblem, UnixApiSocket } from "./unix-api-socket.js";

const folder = mkdtempSync(join(tmpdir(), "api-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("API socket", () => {
  it("comes up with a wrong configuration, serves 50 clients of which half break off, and is removed at the end", { timeout: 30_000 }, async () => {
    const path = join(folder, "klippy.sock");
    const configFile = join(folder, "printer.cfg");
    writeFileSync(configFile, "[printer]\nkinematics: none\nmax_velocity: 1\nmax_accel: 1\n[bogus]\n");
    const world = new RealtimeWorld();
    const live = new LivePrinter({
      configFile, world, lines: { openPort: () => { throw new Error("no line"); } },
      startArgs: { openApi: () => new UnixApiSocket(path, world, (error) => { throw error; }) },
    });
    await live.run(() => live.printer?.getStateMessage()[1] === "error", 10);

    const answers: string[] = [];
    const clients: Socket[] = [];
    for (let i = 0; i < 50; i++) {
      const client = createConnection(path);
      client.on("error", () => undefined);
      let text = "";
      client.on("data", (data) => {
        text += String(data);
        if (text.endsWith("\u0003")) answers.push(text.slice(0, -1));
      });
      clients.push(client);
      if (i % 2 === 0) client.end('{"id":1,"meth');
      else client.write('{"id":1,"method":"objects/query","params":{"objects":{"webhooks":["state"]}}}\u0003');
    }
    await live.run(() => answers.length === 25, world.clock.monotonic() + 10);

    expect(answers).toHaveLength(25);
    for (const answer of answers) expect(JSON.parse(answer)).toMatchObject({ id: 1, result: { status: { webhooks: { state: "error" } } } });
    expect(socketPathProblem(configFile)).toContain("is taken by something else");
    await live.stop();
    expect(existsSync(path)).toBe(false);
    for (const client of clients) client.destroy();
  });

  it("carries messages of more than 64 KiB whole, and takes its path again after a restart", { timeout: 30_000 }, async () => {
    const path = join(folder, "klippy.sock");
    const configFile = join(folder, "printer.cfg");
    mkdirSync(folder, { recursive: true });
    writeFileSync(configFile, "[printer]\nkinematics: none\nmax_velocity: 1\nmax_accel: 1\n[bogus]\n");
    const world = new RealtimeWorld();
    const live = new LivePrinter({
      configFile, world, lines: { openPort: () => { throw new Error("no line"); } },
      startArgs: { openApi: () => new UnixApiSocket(path, world, (error) => { throw error; }) },
    });
    /** Sends requests, lives until the last is answered or the server hangs up; what came. */
    const talk = async (...requests: string[]): Promise<string[]> => {
      let text = "";
      let isClosed = false;
      const client = createConnection(path);
      client.on("error", () => undefined).on("data", (data) => { text += String(data); }).on("close", () => { isClosed = true; });
      client.write(requests.map((one) => `${one}\u0003`).join(""));
      const frames = (): string[] => text.split("\u0003").slice(0, -1);
      await live.run(() => isClosed || frames().length >= requests.length, world.clock.monotonic() + 10);
      client.destroy();
      return frames();
    };
    // An identity is echoed, whatever it is.
    const id = Array.from({ length: 40_000 }, (_, i) => i);
    for (const life of [1, 2]) {
      await live.run(() => live.lives === life && live.printer?.getStateMessage()[1] === "error", world.clock.monotonic() + 10);
      const [answer] = await talk(JSON.stringify({ id, method: "gcode/help" }));
      expect(answer!.length).toBeGreaterThan(2 * 65_536);
      expect(JSON.parse(answer!)).toMatchObject({ id });
      if (life === 1) expect((await talk('{"id":2,"method":"gcode/restart"}'))[0]).toBe('{"id":2,"result":{}}');
    }
    await live.stop();
    expect(existsSync(path)).toBe(false);
  });
});

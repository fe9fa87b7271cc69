/** The log of a host in a file: named to clients, with the host's own words, and continued by the next run. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { runCommand } from "../cli/run-command.js";
import { ApiPrinter } from "../testing/api-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { LogFile } from "./log-file.js";

let scratch: ScratchDirectory;
beforeEach(() => { scratch = scratchDirectory(); });
afterEach(() => scratch.remove());

it("is named by info and holds what the host logs, stack traces included", async () => {
  const log = new LogFile(join(scratch.path, "logs/klippy.log"));
  const printer = new ApiPrinter({
    configFile: scratch.write("printer.cfg", BASE_PRINTER), board: "atmega2560", seed: 1, observer: log.observed({}), startArgs: { log_file: log.path },
  });
  await printer.start();
  const client = printer.connect();
  expect((await printer.ask(client, 1, "info")).result.log_file).toBe(join(scratch.path, "logs/klippy.log"));
  await printer.live(5);
  printer.world.printer!.log("error", "Trouble", new Error("why"));
  printer.finish();
  log.close();

  const text = readFileSync(log.path, "utf8");
  expect(text).toMatch(/^={23}\nStarting Klippy\.\.\.\nStart printer at Thu Jan  1 00:00:00 1970 \(0\.0 0\.0\)\n/);
  for (const part of ["===== Config file =====", "webhooks client 1: New connection", "Stats ", "Trouble\nError: why\n    at "]) expect(text).toContain(part);
});

it("is written by `run --log`, and continued by the next run", async () => {
  const [config, gcode, log] = [scratch.write("printer.cfg", BASE_PRINTER), scratch.write("job.gcode", "M117\nG28 X\n"), join(scratch.path, "klippy.log")];
  const progress = { line: () => undefined, update: () => undefined, clear: () => undefined };
  for (const runs of [1, 2]) {
    await runCommand(config, { gcode, log, board: "atmega2560", seed: "1" }, progress, new AbortController().signal);
    expect(readFileSync(log, "utf8").split("Starting Klippy...").length - 1).toBe(runs);
  }
  await expect(runCommand(config, { gcode, log: scratch.path, board: "atmega2560", seed: "1" }, progress, new AbortController().signal)).rejects.toThrow(/^Log ".*" cannot be written: /);
  expect(existsSync(log)).toBe(true);
});

it("tells at a shutdown what scripts read: clients' requests, the state of the g-code, configuration and traffic of the micro-controller", async () => {
  const log = new LogFile(join(scratch.path, "klippy.log"));
  const printer = new ApiPrinter({ configFile: scratch.write("printer.cfg", BASE_PRINTER), board: "atmega2560", seed: 1, observer: log.observed({}), startArgs: { log_file: log.path } });
  await printer.start();
  const client = printer.connect();
  await printer.ask(client, 1, "gcode/script", { script: "M117 it's \u00e9" });
  await printer.live(2);
  await printer.ask(client, 2, "emergency_stop");
  await printer.live(2);
  printer.finish();
  log.close();

  const text = readFileSync(log.path, "utf8");
  const after = text.slice(text.indexOf("Transition to shutdown state: "));
  expect(after).toMatch(/^Transition to shutdown state: .+\nDumping 2 requests for client 1\nReceived \d+\.\d{6}: b'.*it\\'s \\xc3\\xa9.*'\nReceived /);
  expect(after).toContain("\ngcode state: absolute_coord=True absolute_extrude=True base_position=[0.0, 0.0, 0.0, 0.0] last_position=[0.0, 0.0, 0.0, 0.0] homing_position=[0.0, 0.0, 0.0, 0.0] speed_factor=0.016666666666666666 extrude_factor=1.0 speed=25.0\n");
  for (const part of ["MCU 'mcu' shutdown: Command request", "Dumping config commands, ", "Config 0: ", "clocksync state: mcu_freq=16000000 ", "Dumping serial stats: bytes_write=", "Dumping send queue ", "Sent 0 ", "Dumping receive queue ", "Receive: 0 "]) expect(after).toContain(part);
});

it("is put aside at midnight and on LOG_ROLLOVER; the new file begins with configuration, firmware and versions, and five old ones are kept", async () => {
  let now = new Date(2026, 10, 3, 23, 59, 50).getTime() / 1000;
  const log = new LogFile(join(scratch.path, "klippy.log"), { about: ["App Name: Kalico"], now: () => now });
  const printer = new ApiPrinter({ configFile: scratch.write("printer.cfg", BASE_PRINTER), board: "atmega2560", seed: 1, observer: log.observed({}), startArgs: { log_file: log.path } });
  await printer.start();
  await printer.live(3);
  const client = printer.connect();
  await printer.ask(client, 1, "gcode/script", { script: "LOG_ROLLOVER" });
  const head = (): string => readFileSync(log.path, "utf8");
  expect(head()).toMatch(/^App Name: Kalico\n===== Config file =====\n[^]*Loaded MCU 'mcu' [^]*\nConfigured MCU 'mcu' \(\d+ moves\)\n=+ Log rollover at Tue Nov  3 23:59:50 2026 =+\n/);
  expect(readFileSync(`${log.path}.2026-11-03`, "utf8")).toContain("Starting Klippy...");
  for (let day = 0; day < 8; day++) {
    now += 24 * 3600;
    log.write(`day ${day}`);
    expect(head()).toMatch(new RegExp(`=+ Log rollover at .* 23:59:50 2026 =+\nday ${day}\n`));
  }
  expect(readdirSync(scratch.path).filter((name) => name.startsWith("klippy.log.")).sort()).toEqual([6, 7, 8, 9, 10].map((day) => `klippy.log.2026-11-${String(day).padStart(2, "0")}`));
  log.restart();
  log.rollover();
  expect(head()).toMatch(/^App Name: Kalico\n=+ Log rollover/);
  printer.finish();
  log.close();
});

it("tells of a sensor out of its limits in Kalico's words, with limits as floats", async () => {
  const printer = new ApiPrinter({ configFile: scratch.write("printer.cfg", BASE_PRINTER.replace("min_temp: 0\nmax_temp: 130", "min_temp: 90\nmax_temp: 130")), board: "atmega2560", seed: 1 });
  await printer.start();
  await printer.live(30);
  expect(printer.state).toBe("shutdown");
  expect(printer.world.printer!.getStateMessage()[0]).toMatch(/heater: heater_bed, last_temp: 2\d\.\d\d, min_temp: 90\.0, max_temp: 130\.0/);
  printer.finish();
});

/**
 * Certification on an attached board, over a real pseudo-terminal. The plugin's process and the command line run from built files
 * (`npm run build`); the simulated micro-controller lives here and sees everything that reaches it.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stopBoard } from "../board/attached-board.js";
import type { BoardProfile } from "../board/profile.js";
import { boards } from "../../sim-mcu/boards/index.js";
import type { FirmwareFeature } from "../../sim-mcu/firmware/feature.js";
import { resultJson } from "../reporters/result-json.js";
import { textReport } from "../reporters/text.js";
import { startCommand } from "../testing/command-line.js";
import { canMakeTerminals } from "../testing/pty-print.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { PtyMcu } from "../world/pty-mcu.js";
import { RealtimeWorld } from "../world/realtime-world.js";
import type * as BoardCertification from "./board-certification.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = `${root}dist/harness/certify/board-certification.js`;
if (!existsSync(built)) throw new Error('Certification on a board runs on built files: run "npm run build" first');
const { certifyOnBoard } = (await import(built)) as typeof BoardCertification;

vi.setConfig({ testTimeout: 180_000 });

/** Whether this machine was too busy for a verdict. */
const isBusy = (results: readonly { reason: string }[]): boolean => results.some((r) => r.reason.includes("this machine was too busy"));
/** Commands that ask and change nothing. */
const QUESTIONS = ["debug_nop", "get_clock", "get_config", "get_uptime", "identify"];

describe.skipIf(!canMakeTerminals)(`certification on a board${canMakeTerminals ? "" : " (skipped: needs python3)"}`, () => {
  let scratch: ScratchDirectory;
  let world: RealtimeWorld;
  let sim: PtyMcu;
  let port: string;
  let over: boolean;
  let living: Promise<unknown>;
  /** What the command that reaches any pin was called with. */
  let written: number[];

  beforeEach(async () => {
    scratch = scratchDirectory();
    world = new RealtimeWorld();
    port = join(scratch.path, "mcu");
    written = [];
    const anyPin: FirmwareFeature = { name: "any_pin", commands: [{ format: "set_digital_out pin=%u value=%c", handler: (args) => { written.push(args.u32(0)); } }] };
    sim = await PtyMcu.open({ world, name: "mcu", board: boards["stm32f446"]!, path: port, extraFeatures: [anyPin] });
    over = false;
    living = world.run(() => over, Infinity);
  });
  afterEach(async () => {
    over = true;
    await living;
    await sim.close();
    scratch.remove();
  });
  const commands = (): string[] => sim.mcu.trace.kinds.filter((kind) => kind.count > 0).map((kind) => kind.name);
  const configured = (): boolean => sim.mcu.trace.marks.some((mark) => mark.kind === "configured");
  const profile = (more: Partial<BoardProfile> = {}): BoardProfile => ({ name: "bench", allow: ["PA1"], maxStepRate: 1000, maxSeconds: 90, ...more });
  const certify = (plugin: string, more: Partial<BoardCertification.BoardCertifyOptions> = {}): ReturnType<typeof certifyOnBoard> =>
    certifyOnBoard(plugin, { seed: 1, effort: "quick", board: "ideal", port, profile: profile(), log: () => undefined, ...more });

  it("lets a plugin live there, says which rules a board cannot answer, and stops the board in the end", async () => {
    const certification = await certify(`${root}plugins-under-test/blink-pin`, { configText: "[blink_pin lamp]\npin: PA1\ninterval: 0.3\n" });
    expect(certification.results.filter((r) => !["pass", "not-applicable"].includes(r.verdict) && r.outside !== true && !isBusy([r])).map((r) => `${r.id} ${r.reason} ${r.findings[0]?.message ?? ""}`)).toEqual([]);
    expect(certification.conformance).toBe(isBusy(certification.results) ? "cannot-judge" : "conforming");
    expect(certification.results.find((r) => r.id === "MOT-001")).toMatchObject({ verdict: "inconclusive", outside: true, reason: expect.stringContaining("not judged on a board") });
    expect(certification.results.find((r) => r.id === "SEC-012")).toMatchObject({ verdict: "pass", reason: expect.stringContaining("1 pins of the plugin") });
    expect(certification.evidence.attachedBoard).toMatchObject({ port, mcu: "stm32f446xx", firmware: "Kalico sim-stm32f446", stopped: true });
    expect(sim.mcu.isShutdown).toBe(true);
    expect(resultJson(certification).attachedBoard).toMatchObject({ port, profile: "bench", allow: ["PA1"] });
    expect(textReport(certification).join("\n")).toMatch(/on the board stm32f446xx \(Kalico sim-stm32f446\) at .*; profile "bench" allows PA1\n.*stopped by an emergency stop[^\n]*\nnot judged on a board: LOAD-005/);
  });

  it("takes a board that was stopped before, and a plugin in Python", async () => {
    expect(await stopBoard({ port, baud: 250_000, log: () => undefined })).toBe(true);
    const { conformance, evidence, results } = await certify(`${root}plugins-under-test/python/pins_timers_query`, { configText: "[pins_timers_query]\npin: PA1\nperiod: 2\n" });
    expect(evidence.sessions.map((s) => s.id)).toEqual(["look-without-plugin", "board", "board-restart"]);
    expect(conformance).toBe(isBusy(results) ? "cannot-judge" : "conforming");
  });

  it("refuses a pin that is not allowed before anything is configured, and finds the plugin guilty of it", async () => {
    const { conformance, results, evidence } = await certify(`${root}plugins-under-test/blink-pin`, { configText: "[blink_pin lamp]\npin: PA7\n" });
    expect(conformance).toBe("not-conforming");
    expect(results.filter((r) => r.verdict === "fail").map((r) => [r.id, r.findings[0]!.message])).toEqual([["SEC-012", expect.stringMatching(/^uses pin PA7, which profile "bench" does not allow: config_digital_out /)]]);
    expect(results.find((r) => r.id === "STA-001")).toMatchObject({ verdict: "inconclusive" });
    expect(evidence.attachedBoard!.notRun).toContain("refused before it was sent");
    expect(commands().filter((name) => !QUESTIONS.includes(name))).toEqual([]);
  });

  it("does not take a plugin that does not start for one that passes", async () => {
    const plugin = scratch.write("refuses.js", 'export function loadConfig(config) { config.getPrinter().registerEventHandler("klippy:mcu_identify", () => { throw config.error("No such chip"); }); return { getStatus() { return {}; } }; }\n');
    const { conformance, evidence } = await certify(plugin);
    expect(evidence.attachedBoard!.notRun).toContain("No such chip");
    expect(conformance).toBe("cannot-judge");
    expect(commands().filter((name) => !QUESTIONS.includes(name))).toEqual([]);
  });

  it.each([
    ["of a heater, even on an allowed pin", "[heater_generic x]\nheater_pin: PA1\nsensor_type: EPCOS 100K B57560G104F\nsensor_pin: PA2\ncontrol: watermark\nmin_temp: 0\nmax_temp: 90\n", 'Heater "heater_generic x" is refused'],
    ["of a pin that is not allowed", "[output_pin x]\npin: PC4\n", 'uses pin "PC4", which is not in the allow-list of profile "bench"'],
    ["of a second micro-controller", "[mcu other]\nserial: /dev/null\n", "[mcu other] is a second micro-controller"],
  ])("refuses the printer for the sake %s", async (_what, section, message) => {
    const configText = `[mcu]\nserial: ${port}\n[printer]\nkinematics: none\nmax_velocity: 100\nmax_accel: 100\n${section}`;
    await expect((async () => certify(`${root}plugins-under-test/my-plugin`, { configText, profile: profile({ allow: ["PA1", "PA2"] }) }))()).rejects.toThrow(message);
    expect(commands().filter((name) => !QUESTIONS.includes(name))).toEqual([]);
  });

  it("holds back a command that reaches for another pin later, and stops the board instead", async () => {
    const plugin = scratch.write("late_pin.js", `export function loadConfig(config) {
      const printer = config.getPrinter();
      printer.lookupObject("gcode").registerCommand("LATE_PIN", () => { printer.lookupObject("mcu").lookupCommand("set_digital_out pin=%u value=%c").send([7, 1]); }, { desc: "Switch the lamp" });
      return { getStatus() { return {}; } };
    }`);
    const { results } = await certify(plugin, { rules: (await import("../../conformance/catalogue.js")).rulesMatching("SEC-012,MCU-004") });
    expect(results.map((r) => [r.id, r.verdict])).toEqual([["MCU-004", "pass"], ["SEC-012", "fail"]]);
    expect(results[1]!.findings[0]!.message).toMatch(/held back; the board was stopped/);
    expect(written).toEqual([]);
    expect(sim.mcu.isShutdown).toBe(true);
  });

  it.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("stops the board when it is ended by %s", async (signal) => {
    const [config, bench] = [scratch.write("blink.cfg", "[blink_pin lamp]\npin: PA1\n"), scratch.write("bench.json", '{"name": "bench", "allow": ["PA1"]}')];
    const run = startCommand(["certify", `${root}plugins-under-test/blink-pin`, "--mcu", port, "--profile", bench, "--config", config], scratch.path);
    const ended = run.outcome;
    let code: number | null | undefined;
    void ended.then((outcome) => { code = outcome.code; });
    while (!configured() && code === undefined) await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(sim.mcu.isShutdown).toBe(false);
    run.child.kill(signal);
    expect((await ended).code).toBe(signal === "SIGKILL" ? null : 130);
    for (let i = 0; i < 40 && !sim.mcu.isShutdown; i++) await new Promise((resolve) => { setTimeout(resolve, 50); });
    expect(sim.mcu.isShutdown).toBe(true);
  });
});

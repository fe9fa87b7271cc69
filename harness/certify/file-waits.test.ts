/**
 * Files in callbacks cost what they cost on a printer's card: 5 ms for an access, its bytes at 10 MB/s, 100 ms for a flush. Both
 * languages get the same judgement. Runs on the built files (`npm run build`).
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import type * as CatalogueModule from "../../conformance/catalogue.js";
import { scratchDirectory } from "../testing/scratch-plugin.js";
import type * as CertifyModule from "./certify.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = `${root}dist/harness/certify/certify.js`;
if (!existsSync(built)) throw new Error('This runs on built files: run "npm run build" first');
const { certify } = (await import(built)) as typeof CertifyModule;
const { rulesMatching } = (await import(`${root}dist/conformance/catalogue.js`)) as typeof CatalogueModule;
vi.setConfig({ testTimeout: 300_000 });

const scratch = scratchDirectory();
afterAll(() => scratch.remove());
const small = scratch.write("state.txt", "x\n");
const large = scratch.write("large.gcode", "G1 X1\n".repeat(500_000));

/** The same plugin in both languages: what it does when it is loaded, in a command, at ready and in a timer. */
function python(name: string, { load = "pass", command = "pass", ready = "pass", timer = "pass" }): string {
  return scratch.write(`${name}.py`, `class Reader:
    def __init__(self, config):
        self.printer = config.get_printer()
        self.reactor = self.printer.get_reactor()
        ${load}
        self.printer.register_event_handler("klippy:ready", self._ready)
        self.printer.lookup_object("gcode").register_command("READ_IT", self._read, desc="Reads")

    def _ready(self):
        ${ready}
        self.reactor.register_timer(self._tick, self.reactor.NOW)

    def _tick(self, eventtime):
        ${timer}
        return eventtime + 1.0

    def _read(self, gcmd):
        ${command}


def load_config(config):
    return Reader(config)
`);
}

function typescript(name: string, { load = "", command = "", ready = "", timer = "" }): string {
  return scratch.write(`${name}.mjs`, `import fs from "node:fs";
export function loadConfig(config) {
  const printer = config.getPrinter();
  const reactor = printer.getReactor();
  let handle;
  ${load};
  printer.registerEventHandler("klippy:ready", () => { ${ready}; reactor.registerTimer((eventtime) => { ${timer}; return eventtime + 1; }, reactor.NOW); });
  printer.lookupObject("gcode").registerCommand("READ_IT", () => { ${command}; }, { desc: "Reads" });
  return {};
}
`);
}

const OPTIONS = { seed: 1, effort: "quick", board: "atmega2560", limits: { wallSeconds: 120, memoryMegabytes: 512, outputBytes: 500_000 } } as const;
async function judged(path: string): Promise<{ verdicts: string[]; messages: string[] }> {
  const { results } = await certify(path, { ...OPTIONS, rules: rulesMatching("TMR-005,LIF-005") });
  return { verdicts: results.map((r) => `${r.id} ${r.verdict}`).sort(), messages: results.flatMap((r) => r.findings.map((f) => f.message)) };
}

const PASSES = { verdicts: ["LIF-005 pass", "TMR-005 pass"], messages: [] };
const WARNS = (what: string) => ({ verdicts: ["LIF-005 pass", "TMR-005 warn"], messages: [expect.stringMatching(new RegExp(`^timer .* waits 5\\.0 ms for files on the reference host, as in ${what}\\(.*: steps and heaters wait too`))] });
const FAILS = { verdicts: ["LIF-005 pass", "TMR-005 fail"], messages: [expect.stringMatching(/^timer .* waits 305\.0 ms for files .*large\.gcode.*; the limit is 100\.0 ms/)] };

describe("a file on the card", () => {
  it.concurrent("may be read when a plugin is loaded, at ready, and in a command; the kernel's own anywhere", async () => {
    const load = `open(${JSON.stringify(small)}).read()`;
    expect(await judged(python("polite", { load, command: load, ready: load, timer: 'open("/proc/uptime").read()' }))).toEqual(PASSES);
    const read = `fs.readFileSync(${JSON.stringify(small)})`;
    expect(await judged(typescript("polite", { load: read, command: read, ready: read, timer: 'fs.readFileSync("/proc/uptime")' }))).toEqual(PASSES);
  });

  it.concurrent("that a timer reads is a warning", async () => {
    expect(await judged(python("reads", { timer: `open(${JSON.stringify(small)}).read()` }))).toEqual(WARNS("open"));
    expect(await judged(typescript("reads", { timer: `fs.readFileSync(${JSON.stringify(small)})` }))).toEqual(WARNS("fs.readFileSync"));
  });

  it.concurrent("costs as much where it was opened before", async () => {
    expect(await judged(python("reads_on", { load: `self.file = open(${JSON.stringify(small)})`, timer: "self.file.seek(0); self.file.read()" }))).toEqual(WARNS("read"));
    expect(await judged(typescript("reads_on", { load: `handle = fs.openSync(${JSON.stringify(small)})`, timer: "fs.readSync(handle, new Uint8Array(9), 0, 9, 0)" }))).toEqual(WARNS("fs.readSync"));
  });

  it.concurrent("takes longer the larger it is", async () => {
    expect(await judged(python("reads_much", { timer: `open(${JSON.stringify(large)}).read()` }))).toEqual(FAILS);
    expect(await judged(typescript("reads_much", { timer: `fs.readFileSync(${JSON.stringify(large)})` }))).toEqual(FAILS);
  });
});

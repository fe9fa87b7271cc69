/** What certify leaves behind, through the built command line (`npm run build`). */
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Envelope, Statement } from "../report/certificate.js";
import type { ResultJson } from "../reporters/result-json.js";
import { runCommandLine, type CommandOutcome } from "../testing/command-line.js";
import { GOOD_PLUGIN, NAN_PLUGIN, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { EXIT } from "./exit-codes.js";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const RULES = "STA-00?,MOT-001,CFG-00?";
let scratch: ScratchDirectory;
const kalicoHil = (...args: string[]): Promise<CommandOutcome> => runCommandLine(args, scratch.path);
const text = (file: string): string => readFileSync(join(scratch.path, file), "utf8");
const json = <T>(file: string): T => JSON.parse(text(file)) as T;

beforeAll(async () => {
  scratch = scratchDirectory();
  scratch.write("good/level.js", GOOD_PLUGIN);
  scratch.write("bad/level.js", NAN_PLUGIN);
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  scratch.write("key.pem", privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  scratch.write("public.pem", publicKey.export({ type: "spki", format: "pem" }).toString());
  const { code, stdout } = await kalicoHil("certify", "good/level.js", "--effort", "quick", "--rules", RULES, "--json", "whole.json", "--events", "events.ndjson", "--certificate", "certificate.json", "--key", "key.pem");
  expect(code, stdout).toBe(EXIT.conforming);
});
afterAll(() => scratch.remove());

describe("shards", () => {
  it("put together give the verdict of the undivided run, rule by rule", async () => {
    for (const i of [1, 2]) expect((await kalicoHil("certify", "good/level.js", "--effort", "quick", "--rules", RULES, "--shard", `${i}/2`, "--shard-out", `shard-${i}.json`)).code).toBe(EXIT.conforming);
    const { code, stdout } = await kalicoHil("merge", "shard-2.json", "shard-1.json", "--json", "merged.json");
    expect(code, stdout).toBe(EXIT.conforming);
    const verdicts = (file: string): unknown => json<ResultJson>(file).rules.map((r) => [r.id, r.verdict, r.findings.length]);
    expect(verdicts("merged.json")).toEqual(verdicts("whole.json"));
    const alone = await kalicoHil("merge", "shard-1.json");
    expect(alone).toMatchObject({ code: EXIT.usage, stderr: "Shard 2 of 2 is missing\n" });
  });
});

describe("the event stream", () => {
  it("is one JSON object a line, from start to end", () => {
    const events = text("events.ndjson").trimEnd().split("\n").map((line) => JSON.parse(line) as { event: string; id?: string; verdict?: string });
    expect(events[0]).toMatchObject({ event: "start", seed: 1 });
    expect(events.at(-1)).toMatchObject({ event: "end", verdict: "conforming" });
    expect(events.filter((e) => e.event === "rule").map((e) => e.id)).toEqual(json<ResultJson>("whole.json").rules.map((r) => r.id));
    expect(events.some((e) => e.event === "session" && e.id === "baseline")).toBe(true);
  });
});

describe("the certificate", () => {
  it("reproduces every trace, and is refused with the reason when a byte of the plugin or the seed is another", async () => {
    const good = await kalicoHil("verify", "certificate.json", "--plugin", "good/level.js", "--key", "public.pem", "--rerun");
    expect(good.stdout).toContain("verdicts are the same");
    expect(good.code).toBe(EXIT.conforming);
    scratch.write("changed/level.js", GOOD_PLUGIN.replace("scale", "scalE"));
    const changed = await kalicoHil("verify", "certificate.json", "--plugin", "changed/level.js", "--key", "public.pem");
    expect(changed).toMatchObject({ code: EXIT.notConforming });
    expect(changed.stdout).toContain("certificate refused: it is of other bytes: level.js was changed");
    const envelope = json<Envelope>("certificate.json");
    const statement = JSON.parse(Buffer.from(envelope.payload, "base64").toString("utf8")) as Statement;
    statement.predicate.kalicoHil.seeds = [2];
    const payload = (key: string | null): string => Buffer.from(JSON.stringify({ ...statement, predicate: { ...statement.predicate, kalicoHil: { ...statement.predicate.kalicoHil, publicKey: key } } })).toString("base64");
    scratch.write("signed-2.json", JSON.stringify({ ...envelope, payload: payload(statement.predicate.kalicoHil.publicKey) }));
    expect((await kalicoHil("verify", "signed-2.json", "--key", "public.pem")).stdout).toContain("certificate refused: the signature does not fit");
    scratch.write("unsigned-2.json", JSON.stringify({ ...envelope, payload: payload(null), signatures: [] }));
    expect((await kalicoHil("verify", "unsigned-2.json", "--plugin", "good/level.js", "--rerun")).stdout).toContain("certificate refused: running it again gives other traces");
  });
});

describe("a run with Kalico's loader", () => {
  it("says so in certificate, run file and shards, and is repeated so", async () => {
    scratch.write("loader/level.py", "class Level:\n    def get_status(self, eventtime=None):\n        return {\"level\": 1.0}\n\n\ndef load_config(config):\n    return Level()\n");
    const options = ["--effort", "quick", "--rules", "PKG-005,STA-007", "--loader", "kalico"];
    const { code, stdout } = await kalicoHil("certify", "loader/level.py", ...options, "--certificate", "loader.json", "--report", "loader-report");
    expect(code, stdout).toBe(EXIT.conforming);
    const { inputs, repeat } = (JSON.parse(Buffer.from(json<Envelope>("loader.json").payload, "base64").toString("utf8")) as Statement).predicate.kalicoHil;
    expect(inputs).toMatchObject({ loader: "kalico", rules: "PKG-005,STA-007", python: { version: expect.stringMatching(/^3\.\d+\.\d+/), install: false } });
    expect(repeat).toBe("kalico-hil certify PLUGIN --board atmega2560 --seed 1 --effort quick --loader kalico --rules 'PKG-005,STA-007'");
    expect(json<{ inputs: unknown }>("loader-report/RUN.json").inputs).toEqual(inputs);
    expect((await kalicoHil("verify", "loader.json", "--plugin", "loader/level.py", "--rerun")).stdout).toContain("verdicts are the same");

    for (const [i, loader] of [[1, "kalico"], [2, "strict"]] as const) await kalicoHil("certify", "loader/level.py", ...options.slice(0, 5), loader, "--shard", `${i}/2`, "--shard-out", `loader-${i}.json`);
    expect((await kalicoHil("merge", "loader-1.json", "loader-2.json")).stderr).toBe('Shards 1 and 2 are of different runs: loader is "kalico" and "strict"\n');
  });
});

describe("waivers and baselines", () => {
  it("set aside what they name, in sight, and never make a run certified", async () => {
    const waiver = '[[waivers]]\nrule = "STA-007"\nreason = "the front end copes"\nexpires = 2999-01-01\n';
    scratch.write("bad/kalico-conformance.toml", waiver);
    const waived = await kalicoHil("certify", "bad/level.js", "--effort", "quick", "--rules", "STA-007", "--write-baseline", "baseline.json");
    expect(waived.code).toBe(EXIT.conforming);
    expect(waived.stdout).toMatch(/waiver STA-007 until 2999-01-01: sets \d+ findings? aside \(the front end copes\)/);
    const strict = await kalicoHil("certify", "bad/level.js", "--effort", "quick", "--rules", "STA-007", "--certified");
    expect(strict.code).toBe(EXIT.cannotJudge);
    expect(strict.stdout).toContain("not certified: STA-007 is waived");
    scratch.write("bad/kalico-conformance.toml", "");
    expect((await kalicoHil("certify", "bad/level.js", "--effort", "quick", "--rules", "STA-007")).code).toBe(EXIT.notConforming);
    expect((await kalicoHil("certify", "bad/level.js", "--effort", "quick", "--rules", "STA-007", "--baseline", "baseline.json")).code).toBe(EXIT.conforming);
    scratch.write("bad/kalico-conformance.toml", '[[waivers]]\nrule = "STA-007"\n');
    const wrong = await kalicoHil("certify", "bad/level.js", "--effort", "quick", "--rules", "STA-007");
    expect(wrong.code).toBe(EXIT.usage);
    expect(wrong.stderr).toContain("waiver 1 has no");
  });
});

/** The parts of the comparison with another host, on streams of our own making; the whole needs a checkout of Kalico. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBlock, MessageParser } from "../../host/wire/index.js";
import { boards } from "../../sim-mcu/boards/index.js";
import { SimMcu } from "../../sim-mcu/sim-mcu.js";
import { repositoryRoot, scratchDirectory } from "../testing/scratch-plugin.js";
import { report } from "../cli/diff-hosts-command.js";
import { decodeBatchOutput } from "./batch-output.js";
import { runKalico } from "./kalico-batch.js";
import { readTestCase, runTestCase, testCasesOf } from "./test-cases.js";

const parser = new MessageParser();
parser.processIdentify(new SimMcu({ board: boards["ideal"]!, name: "mcu", seed: 1, powerUp: 0 }).firmware.table.dictionary);

/** What a batch run writes: one block for each command. */
const written = (commands: readonly string[]): Uint8Array => Buffer.concat(commands.map((text, i) => encodeBlock(0x10 | (i & 15), parser.createCommand(text))));
const CONFIG = "config_stepper oid=3 step_pin=PF0 dir_pin=PF1 invert_step=0 step_pulse_ticks=32";

describe("batch output", () => {
  it("gives back the rows that were written, with clocks of more than 32 bits", () => {
    const row = fc.record({ interval: fc.integer({ min: 1, max: 0x7fffffff }), count: fc.integer({ min: 1, max: 100 }), add: fc.constant(0) });
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
      const [steps] = decodeBatchOutput(written([CONFIG, "reset_step_clock oid=3 clock=1000", "set_next_step_dir oid=3 dir=1", ...rows.map((r) => `queue_step oid=3 interval=${r.interval} count=${r.count} add=${r.add}`)]), parser, "mcu");
      let clock = 1000;
      const firsts = rows.map(({ interval, count }) => {
        const first = clock + interval;
        clock += interval * count;
        return first;
      });
      expect(steps).toMatchObject({ name: "mcu:PF0", length: rows.length, firstClock: firsts, dir: rows.map(() => 1) });
    }));
  });

  it("takes a clock of 32 bits for the nearest of 64", () => {
    const far = Array.from({ length: 3 }, () => "queue_step oid=3 interval=2000000000 count=1 add=0");
    const [steps] = decodeBatchOutput(written([CONFIG, ...far, `reset_step_clock oid=3 clock=${(6_000_000_500 % 2 ** 32)}`, "queue_step oid=3 interval=10 count=2 add=5"]), parser, "mcu");
    expect(steps!.firstClock).toEqual([2e9, 4e9, 6e9, 6_000_000_510]);
  });

  it("takes the first step after a long rest for one of the time at which the others are", () => {
    const other = CONFIG.replace("oid=3", "oid=4").replaceAll("PF", "PG");
    const others = Array.from({ length: 4 }, () => "queue_step oid=4 interval=2000000000 count=1 add=0");
    const [steps] = decodeBatchOutput(written([CONFIG, other, "queue_step oid=3 interval=1000 count=1 add=0", ...others, `queue_step oid=3 interval=${8_000_000_000 % 2 ** 32} count=2 add=0`]), parser, "mcu");
    expect(steps!.firstClock).toEqual([1000, 8_000_001_000]);
    const [again] = decodeBatchOutput(written([CONFIG, other, ...others, `reset_step_clock oid=3 clock=${8_000_000_500 % 2 ** 32}`, "queue_step oid=3 interval=10 count=2 add=5"]), parser, "mcu");
    expect(again!.firstClock).toEqual([8_000_000_510]);
  });

  it("is refused when bytes are missing or a stepper is unknown", () => {
    const bytes = written([CONFIG, ...Array.from({ length: 20 }, () => "queue_step oid=3 interval=10 count=2 add=5")]);
    expect(() => decodeBatchOutput(Buffer.concat([bytes.subarray(0, 20), bytes.subarray(22)]), parser, "mcu")).toThrow("no message block");
    expect(() => decodeBatchOutput(written(["queue_step oid=4 interval=10 count=2 add=5"]), parser, "mcu")).toThrow("oid 4, which is no stepper");
  });
});

describe("test cases of a checkout", () => {
  it("are read, run, and held against what they expect", async () => {
    const scratch = scratchDirectory();
    try {
      const printer = "[mcu]\nserial: x\n[printer]\nkinematics: none\nmax_velocity: 1\nmax_accel: 1\n[gcode_macro GOOD]\ngcode: M117\n[display_status]\n";
      scratch.write("test/klippy/good.cfg", printer);
      scratch.write("test/klippy/bad.cfg", `${printer}[nonsense]\n`);
      scratch.write("test/klippy/good.test", "# A comment\nCONFIG good.cfg\nDICTIONARY atmega2560.dict\nGOOD # here too\n");
      scratch.write("test/klippy/refused.test", "CONFIG bad.cfg\nDICTIONARY atmega2560.dict\nSHOULD_FAIL\n");
      scratch.write("test/klippy/both.test", "DICTIONARY a.dict\nCONFIG good.cfg\nGOOD\nCONFIG bad.cfg\n");
      scratch.write("test/klippy/wrong.test", "CONFIG good.cfg\nGOOD\nSHOULD_FAIL\n");
      const paths = testCasesOf(scratch.path, /./);
      const results = [];
      for (const path of paths) results.push(await runTestCase(readTestCase(path), 30, () => 0));
      expect(results).toEqual([
        { name: "both", runs: 2, passed: 1, reason: "bad.cfg: Section 'nonsense' is not a valid config section" }, { name: "good", runs: 1, passed: 1, reason: "" },
        { name: "refused", runs: 1, passed: 1, reason: "" }, { name: "wrong", runs: 1, passed: 0, reason: "was accepted, and should not be" },
      ]);
      scratch.write("test/klippy/lost.test", "CONFIG gone.cfg\n");
      expect(() => readTestCase(`${scratch.path}/test/klippy/lost.test`)).toThrow('names "gone.cfg", which does not exist');
      expect(() => testCasesOf(`${scratch.path}/test`, /./)).toThrow("name a checkout of Kalico with --kalico");
    } finally {
      scratch.remove();
    }
  });
});

describe("a test case", () => {
  it("names the chip of a configuration by the dictionary before it, or by the last one where there is none before", () => {
    const scratch = scratchDirectory();
    try {
      for (const name of ["a", "b", "c"]) scratch.write(`${name}.cfg`, "");
      scratch.write("many.test", "CONFIG a.cfg\nG28\nDICTIONARY stm32f401.dict\nCONFIG b.cfg\nDICTIONARY stm32f103-serial.dict z=avr.dict\nCONFIG c.cfg\n");
      expect(readTestCase(`${scratch.path}/many.test`).runs.map((run) => run.chip)).toEqual(["stm32f103", "stm32f401", "stm32f103"]);
    } finally {
      scratch.remove();
    }
  });
});

describe("a comparison of hosts", () => {
  it("needs a checkout", async () => {
    const options = { checkout: repositoryRoot, python: "python3", configFile: "x", gcodeFile: "y", dictionaries: new Map<string, Uint8Array>(), directory: "." };
    await expect(runKalico(options)).rejects.toThrow("is no checkout of Kalico: klippy/klippy.py is not there");
  });

  it("names the first difference with its line", () => {
    const stepper = { name: "mcu:PF0", steps: 10, referenceSteps: 11, missing: 1, extra: 0, outOfTolerance: 1, worstSeconds: 1e-4, rmsSeconds: 0, excursionPairs: 0 };
    const comparison = { equal: false, problems: ["one step"], segments: 2, steppers: [stepper], first: { stepper: "mcu:PF0", segment: 1, step: 7, referenceClock: 5, clock: 5, deltaSeconds: 1e-4, kind: "time" as const } };
    const text = report({ messages: { ours: "", kalico: "" }, comparison, line: { number: 12, text: "G1 X5" }, equal: false }, "job.gcode");
    expect(text.slice(-3)).toEqual(["first difference: mcu:PF0, segment 1, step 7: time, 100.0 us", "job.gcode:12: G1 X5", "DIFFERENT"]);
    expect(report({ messages: { ours: "", kalico: "Move out of range" }, comparison: undefined, line: undefined, equal: false }, "job")).toEqual(["this host: came to the end of the job", "Kalico:    Move out of range", "DIFFERENT"]);
  });
});

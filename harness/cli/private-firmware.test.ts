import { afterEach, beforeEach, expect, it } from "vitest";
import { stm32f446 } from "../../sim-mcu/boards/index.js";
import { TestMcu } from "../../sim-mcu/testing/test-mcu.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { UsageError } from "./exit-codes.js";
import { privateFeatures } from "./private-firmware.js";

let scratch: ScratchDirectory;
beforeEach(() => { scratch = scratchDirectory(); });
afterEach(() => scratch.remove());

it("a table declares private commands whose answers repeat parameters and carry values", async () => {
  const file = scratch.write("scale.json", JSON.stringify({
    name: "scale", constants: { SCALE_VERSION: 3 },
    commands: [
      { format: "query_scale oid=%c tag=%*s", answers: [{ format: "scale_state oid=%c grams=%u tag=%*s raw=%*s", values: ["$oid", 1250, "$tag", "c0ffee"] }] },
      { format: "tare_scale oid=%c" },
    ],
  }));
  const mcu = new TestMcu(stm32f446, { extraFeatures: await privateFeatures(file) });
  expect(mcu.parser.getConstants()["SCALE_VERSION"]).toBe(3);
  const [answer] = mcu.send("query_scale oid=7 tag=0102");
  expect(answer).toMatchObject({ name: "scale_state", params: { oid: 7, grams: 1250 } });
  expect([...(answer!.params["tag"] as Uint8Array)]).toEqual([1, 2]);
  expect([...(answer!.params["raw"] as Uint8Array)]).toEqual([0xc0, 0xff, 0xee]);
  expect(mcu.send("tare_scale oid=7")).toEqual([]);
});

it("a module declares features with models of their own", async () => {
  const file = scratch.write("model.mjs", `let count = 0;
export default { name: "model", commands: [{ format: "count_up", handler(args, ctx) { ctx.send("counted n=%u", ++count); } }], responses: ["counted n=%u"] };`);
  const mcu = new TestMcu(stm32f446, { extraFeatures: await privateFeatures(file) });
  mcu.send("count_up");
  expect(mcu.send("count_up")[0]!.params["n"]).toBe(2);
});

it.each([
  ["a missing file", undefined, "does not exist"],
  ["no JSON", "commands", "is no JSON"],
  ["too few values", '{"commands": [{"format": "a x=%c", "answers": [{"format": "b y=%c z=%c", "values": [1]}]}]}', "has 2 parameters and 1 values"],
  ["an unknown parameter", '{"commands": [{"format": "a x=%c", "answers": [{"format": "b y=%c", "values": ["$oid"]}]}]}', 'has no parameter "oid"'],
])("%s is told by name", async (_what, text, message) => {
  const file = text === undefined ? "/nonexistent.json" : scratch.write("bad.json", text);
  await expect(privateFeatures(file)).rejects.toThrow(UsageError);
  await expect(privateFeatures(file)).rejects.toThrow(message);
});

/**
 * Private commands of third-party firmware for `sim-mcu --firmware FILE`. A JSON file declares commands with answers from a table; a module
 * (.js, .mjs) exports features, device models in full. The table: `{"name", "commands": [{"format", "answers": [{"format", "values"}]}], "constants"}`, where a
 * value is a number, a text of hexadecimal bytes for a buffer, or "$name": the parameter of that name.
 */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { FirmwareFeature } from "../../sim-mcu/firmware/feature.js";
import { UsageError } from "./exit-codes.js";

interface Answer { format: string; values: (number | string)[] }
interface Table { name?: string; commands: { format: string; inShutdown?: boolean; answers?: Answer[] }[]; constants?: Record<string, string | number> }

const parameters = (format: string): { name: string; isBuffer: boolean }[] =>
  format.trim().split(/\s+/).slice(1).map((part) => ({ name: part.split("=")[0]!, isBuffer: part.endsWith("s") }));

/** Features that a file declares. @throws UsageError naming the file and what is wrong */
export async function privateFeatures(file: string): Promise<FirmwareFeature[]> {
  if (!existsSync(file)) throw new UsageError(`Firmware file "${file}" of option --firmware does not exist`);
  if (/\.m?js$/.test(file)) {
    const module = (await import(pathToFileURL(resolve(file)).href)) as { default?: FirmwareFeature | FirmwareFeature[] };
    if (module.default === undefined) throw new UsageError(`Firmware file "${file}" has no default export: export a feature, or a list of them`);
    return Array.isArray(module.default) ? module.default : [module.default];
  }
  let table: Table;
  try {
    table = JSON.parse(readFileSync(file, "utf8")) as Table;
  } catch (error) {
    throw new UsageError(`Firmware file "${file}" is no JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(table.commands)) throw new UsageError(`Firmware file "${file}": "commands" must be a list of {"format", "answers"}`);
  return [tableFeature(table, file)];
}

/** The feature of a table. @throws UsageError for a value that fits no parameter */
export function tableFeature(table: Table, file: string): FirmwareFeature {
  const responses = table.commands.flatMap(({ answers = [] }) => answers.map((answer) => answer.format));
  const commands = table.commands.map(({ format, inShutdown, answers = [] }) => {
    const inputs = parameters(format);
    for (const answer of answers) {
      const wanted = parameters(answer.format).length;
      if (answer.values.length !== wanted) throw new UsageError(`Firmware file "${file}": answer "${answer.format}" has ${wanted} parameters and ${answer.values.length} values`);
      for (const value of answer.values) {
        if (typeof value === "string" && value.startsWith("$") && !inputs.some(({ name }) => name === value.slice(1))) throw new UsageError(`Firmware file "${file}": command "${format}" has no parameter "${value.slice(1)}"`);
      }
    }
    const command: FirmwareFeature["commands"][number] = {
      format, ...(inShutdown === true ? { flags: "in-shutdown" as const } : {}),
      handler(args, ctx) {
        for (const answer of answers) {
          ctx.send(answer.format, ...answer.values.map((value) => {
            if (typeof value === "number") return value;
            if (!value.startsWith("$")) return Uint8Array.from(Buffer.from(value, "hex"));
            const index = inputs.findIndex(({ name }) => name === value.slice(1));
            return inputs[index]!.isBuffer ? args.bytes(index).slice() : args.u32(index);
          }));
        }
      },
    };
    return command;
  });
  return { name: table.name ?? "private", commands, responses: [...new Set(responses)], ...(table.constants === undefined ? {} : { constants: table.constants }) };
}

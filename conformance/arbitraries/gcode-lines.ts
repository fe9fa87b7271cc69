/** GEN-GCODE: calls of a plugin's commands, valid and not, from the parameters it was seen to read. */
import fc from "fast-check";
import type { LearnedCommand } from "../evidence.js";

type Param = LearnedCommand["params"][number];

/** Texts that parsers stumble over; every one is legal inside an extended parameter. */
const NASTY = ["", "nan", "inf", "-inf", "1e5", "1e999", "0", "-1", "999999999999", "0x10", "1_000", "abc", "None", "true", "\u00e4\u2713", "../../etc/passwd", "{7*7}", "$(reboot)", "%s%n", "a".repeat(1000)];

function validParam(param: Param): fc.Arbitrary<string> {
  const low = param.minval ?? param.above ?? 0;
  const high = param.maxval ?? param.below ?? Math.max(10, low * 2);
  const nudge = (high - low) / 1000;
  switch (param.type) {
    case "int": return fc.integer({ min: Math.ceil(low + (param.above === undefined ? 0 : 1e-9)), max: Math.floor(high) }).map(String);
    case "float": return fc.double({ min: low + (param.above === undefined ? 0 : nudge), max: high - (param.below === undefined ? 0 : nudge), noNaN: true }).map((v) => String(Number(v.toPrecision(6))));
    case "string": return fc.constantFrom("test", "a", "1");
  }
}

const quote = (value: string): string => (/^[\w.+-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`);

/** Is this a traditional command (letter and number), whose parameters are letters? */
const traditional = (command: string): boolean => /^[A-Z]\d+(\.\d+)?$/.test(command);

function join(command: LearnedCommand, params: readonly [string, string][]): string {
  const mux: [string, string][] = command.muxKey === undefined || command.muxValue === undefined ? [] : [[command.muxKey, command.muxValue]];
  const words = [...mux, ...params].map(([name, value]) => (traditional(command.command) ? `${name}${value}` : `${name}=${quote(value)}`));
  return [command.command, ...words].join(" ");
}

/** A call that the command should accept: every required parameter, some of the others. */
export function validCall(command: LearnedCommand): fc.Arbitrary<string> {
  const params = command.params.map((param) =>
    fc.tuple(fc.constant(param.name), validParam(param), param.required ? fc.constant(true) : fc.boolean()));
  return fc.tuple(...params).map((chosen) => join(command, chosen.filter(([, , use]) => use).map(([name, value]): [string, string] => [name, value])));
}

/** Any call: parameters missing, nasty, unknown. */
export function anyCall(command: LearnedCommand): fc.Arbitrary<string> {
  const names = [...command.params.map((p) => p.name), "UNKNOWN_PARAMETER"];
  return fc.array(fc.tuple(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...NASTY), fc.integer().map(String), fc.string({ maxLength: 12 }).map((s) => s.replace(/[\r\n]/g, " ")))), { maxLength: names.length })
    .map((params) => join(command, params));
}

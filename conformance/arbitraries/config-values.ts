/** GEN-CFG: values for an option, from what its getter declares: inside, at the border, outside, of the wrong type. */
import fc from "fast-check";
import type { LearnedOption } from "../evidence.js";

/** Bounds with the open ends replaced by something sensible around the default. */
function range(option: LearnedOption): { low: number; high: number } {
  const step = option.type === "int" ? 1 : 1e-6;
  const around = typeof option.default === "number" && Number.isFinite(option.default) ? Math.abs(option.default) : 1;
  const low = option.minval ?? (option.above === undefined ? undefined : option.above + step);
  const high = option.maxval ?? (option.below === undefined ? undefined : option.below - step);
  if (low !== undefined && high !== undefined) return { low, high };
  if (low !== undefined) return { low, high: Math.max(low, around) * 4 + 10 };
  if (high !== undefined) return { low: Math.min(high, -around) * 4 - 10, high };
  return { low: 0, high: around * 4 + 10 };
}

const text = (value: number, type: LearnedOption["type"]): string => (type === "int" ? String(Math.round(value)) : String(Number(value.toPrecision(6))));

/** Keeps a printed number inside the declared bounds. */
function inside(option: LearnedOption, value: number): string {
  const printed = Number(text(value, option.type));
  const { low, high } = range(option);
  if (printed < low || (option.above !== undefined && printed <= option.above)) return String(low);
  if (printed > high || (option.below !== undefined && printed >= option.below)) return String(high);
  return text(value, option.type);
}

/** A valid value of the option; undefined when only its author can know one (free text, pins, scripts). */
export function validValue(option: LearnedOption): fc.Arbitrary<string> | undefined {
  switch (option.type) {
    case "int": {
      const { low, high } = range(option);
      return fc.integer({ min: Math.ceil(low), max: Math.max(Math.ceil(low), Math.floor(high)) }).map(String);
    }
    case "float": {
      const { low, high } = range(option);
      return fc.double({ min: low, max: Math.max(low, high), noNaN: true }).map((v) => inside(option, v));
    }
    case "boolean":
      return fc.constantFrom("True", "False", "1", "0", "yes", "no");
    case "choice":
      return option.choices === undefined || option.choices.length === 0 ? undefined : fc.constantFrom(...option.choices.map(String));
    default:
      return undefined;
  }
}

/** Smallest and largest legal values. */
export function boundaryValues(option: LearnedOption): string[] {
  if (option.type !== "int" && option.type !== "float") return [];
  const out: string[] = [];
  if (option.minval !== undefined) out.push(String(option.minval));
  if (option.maxval !== undefined) out.push(String(option.maxval));
  const step = option.type === "int" ? 1 : 0.001;
  if (option.above !== undefined) out.push(String(Number((option.above + step).toPrecision(9))));
  if (option.below !== undefined) out.push(String(Number((option.below - step).toPrecision(9))));
  return [...new Set(out)].filter((v) => withinBounds(option, Number(v)));
}

function withinBounds(option: LearnedOption, value: number): boolean {
  return !(option.minval !== undefined && value < option.minval) && !(option.maxval !== undefined && value > option.maxval)
    && !(option.above !== undefined && value <= option.above) && !(option.below !== undefined && value >= option.below);
}

/** Values just outside the bounds, or no choice. */
export function outsideValues(option: LearnedOption): string[] {
  const out: string[] = [];
  if (option.type === "int" || option.type === "float") {
    const step = option.type === "int" ? 1 : 0.001;
    if (option.minval !== undefined) out.push(String(Number((option.minval - step).toPrecision(9))));
    if (option.maxval !== undefined) out.push(String(Number((option.maxval + step).toPrecision(9))));
    if (option.above !== undefined) out.push(String(option.above));
    if (option.below !== undefined) out.push(String(option.below));
  }
  if (option.type === "choice") out.push("no_such_choice");
  return [...new Set(out)];
}

/** Values of another type. */
export function wrongTypeValues(option: LearnedOption): string[] {
  switch (option.type) {
    case "int": return ["abc", "1.5", "", "0x10"];
    case "float": return ["abc", "1,5", ""];
    case "boolean": return ["maybe", "2", ""];
    case "choice": return [""];
    case "list": return [",,,", ""];
    // What is no pin is refused by the host, in the host's words.
    case "string": return option.option.endsWith("pin") ? [] : ["", "\u00e4\u00f6\u00fc \u2713", "x".repeat(4096), "{printer.toolhead}", "%s%n"];
    case "script": return ["{", "{% if %}"];
  }
}

export const NON_FINITE = ["nan", "inf", "-inf", "1e999"] as const;

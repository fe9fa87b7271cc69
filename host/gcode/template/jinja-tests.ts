/** The tests of Jinja2 (`x is …`), by name. */
import { contains, holds, modulo } from "./py-operators.js";
import { Dict, equal, Float, HostObject, numeric, sequence, typeError, typeName, Undefined, type Value } from "./py-values.js";

export type Test = (value: Value, args: readonly Value[]) => boolean;

const remainder = (value: Value, by: number): number => {
  if (value instanceof Undefined) throw value.fail();
  const plain = numeric(value);
  if (plain === undefined) throw typeError(`unsupported operand type(s) for %: '${typeName(value)}' and 'int'`);
  return modulo(plain, by);
};

const comparison = (operator: string): Test => (value, [other]) => holds(operator, value, other ?? null);
const isSequence = (value: Value): boolean => typeof value === "string" || value instanceof Dict || sequence(value) !== undefined || value instanceof Undefined;

/** The tests by name. */
export const jinjaTests: Record<string, Test> = {
  boolean: (value) => typeof value === "boolean",
  callable: (value) => typeof value === "function",
  defined: (value) => !(value instanceof Undefined),
  divisibleby: (value, [by]) => remainder(value, numeric(by ?? null) ?? NaN) === 0,
  eq: comparison("=="),
  equalto: comparison("=="),
  "==": comparison("=="),
  escaped: () => false,
  even: (value) => remainder(value, 2) === 0,
  false: (value) => value === false,
  float: (value) => value instanceof Float,
  ge: comparison(">="),
  ">=": comparison(">="),
  gt: comparison(">"),
  greaterthan: comparison(">"),
  ">": comparison(">"),
  in: (value, [container]) => contains(container ?? null, value),
  integer: (value) => typeof value === "number",
  iterable: (value) => isSequence(value) || value instanceof HostObject,
  le: comparison("<="),
  "<=": comparison("<="),
  lower: (value) => typeof value === "string" && /\p{L}/u.test(value) && value === value.toLowerCase(),
  lt: comparison("<"),
  lessthan: comparison("<"),
  "<": comparison("<"),
  mapping: (value) => value instanceof Dict,
  ne: comparison("!="),
  "!=": comparison("!="),
  none: (value) => value === null,
  number: (value) => numeric(value) !== undefined,
  odd: (value) => remainder(value, 2) === 1,
  sameas: (value, [other]) => value === other || (typeof value !== "object" && equal(value, other ?? null)),
  sequence: isSequence,
  string: (value) => typeof value === "string",
  true: (value) => value === true,
  undefined: (value) => value instanceof Undefined,
  upper: (value) => typeof value === "string" && /\p{L}/u.test(value) && value === value.toUpperCase(),
};

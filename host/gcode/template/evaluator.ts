/**
 * Evaluates a template's syntax tree with Python's semantics: ints and floats stay apart, a missing name is
 * empty text until it is used, blocks see and hide names as in Jinja2. In: tree and names; out: text.
 */
import { jinjaGlobals } from "./jinja-globals.js";
import { lookupFilter } from "./jinja-filters.js";
import { jinjaTests } from "./jinja-tests.js";
import { attribute } from "./py-methods.js";
import { binary, holds, item, missing, negate, slice } from "./py-operators.js";
import {
  Dict, equal, Float, HostObject, iterate, PyError, repr, str, truth, Tuple, typeError, typeName, Undefined, undefinedError, valueError, type PyFunction, type Value,
} from "./py-values.js";
import type { BinaryNode, CallNode, FilterCall, MacroNode, MemberNode, Node } from "./template-nodes.js";
import { DISCARD, GROUP, NOT_TEST_PREFIX, TEST_PREFIX, TUPLE } from "./token-rewrite.js";

/** Names seen by a part of the template. */
class Scope {
  readonly #names = new Map<string, Value>();
  readonly #parent: Scope | undefined;
  constructor(parent?: Scope, names?: ReadonlyMap<string, Value>) {
    this.#parent = parent;
    if (names !== undefined) this.#names = new Map(names);
  }
  get(name: string): Value {
    const value = this.#names.get(name);
    if (value !== undefined) return value;
    if (this.#parent !== undefined) return this.#parent.get(name);
    const known = jinjaGlobals.get(name);
    return known === undefined ? new Undefined(`${repr(name)} is undefined`) : known;
  }
  set(name: string, value: Value): void {
    if (name !== DISCARD) this.#names.set(name, value);
  }
}

/** How a block ended. */
type Flow = "next" | "break" | "continue";

const COMPARISONS = new Set(["==", "!=", "<", "<=", ">", ">=", "in", "not in"]);

/** Text of a template with these names. @throws PyError, or whatever a called function throws */
export function evaluateTemplate(program: Node, names: ReadonlyMap<string, Value>): string {
  const out: string[] = [];
  if (program.type !== "Program") throw new TypeError("Template tree has no program at its root");
  runBlock(program.body, new Scope(undefined, names), out);
  return out.join("");
}

function runBlock(nodes: readonly Node[], scope: Scope, out: string[]): Flow {
  for (const node of nodes) {
    const flow = runNode(node, scope, out);
    if (flow !== "next") return flow;
  }
  return "next";
}

function runNode(node: Node, scope: Scope, out: string[]): Flow {
  switch (node.type) {
    case "If":
      return runBlock(truth(evaluate(node.test, scope)) ? node.body : node.alternate, scope, out);
    case "For":
      return runFor(node, scope, out);
    case "Set":
      assign(node.assignee, node.value === null ? blockText(node.body, scope) : evaluate(node.value, scope), scope);
      return "next";
    case "Break":
      return "break";
    case "Continue":
      return "continue";
    case "Comment":
      return "next";
    case "Macro":
      scope.set(node.name.value, makeMacro(node, scope));
      return "next";
    case "CallStatement":
      out.push(str(runCallStatement(node, scope)));
      return "next";
    case "FilterStatement":
      out.push(str(applyFilter(blockText(node.body, scope), node.filter, scope)));
      return "next";
    default:
      out.push(str(evaluate(node, scope)));
      return "next";
  }
}

function blockText(nodes: readonly Node[], scope: Scope): string {
  const out: string[] = [];
  runBlock(nodes, new Scope(scope), out);
  return out.join("");
}

// ---- loops and assignments ----

const orUndefined = (value: Value | undefined, message: string): Value => (value === undefined ? new Undefined(message) : value);

/** The variable `loop`. */
class Loop extends HostObject {
  readonly typeName = "jinja2.runtime.LoopContext";
  index0 = 0;
  readonly #items: readonly Value[];
  #changed: Value | undefined;
  constructor(items: readonly Value[]) {
    super();
    this.#items = items;
  }
  override getAttribute(name: string): Value | undefined {
    const { index0 } = this;
    const { length } = this.#items;
    switch (name) {
      case "index": return index0 + 1;
      case "index0": return index0;
      case "revindex": return length - index0;
      case "revindex0": return length - index0 - 1;
      case "first": return index0 === 0;
      case "last": return index0 === length - 1;
      case "length": return length;
      case "depth": return 1;
      case "depth0": return 0;
      case "previtem": return orUndefined(this.#items[index0 - 1], "there is no previous item");
      case "nextitem": return orUndefined(this.#items[index0 + 1], "there is no next item");
      case "cycle": return (args) => args[index0 % args.length]!;
      case "changed": return (args) => this.#hasChanged(new Tuple(args));
      default: return undefined;
    }
  }
  #hasChanged(value: Value): boolean {
    const changed = this.#changed === undefined || !equal(this.#changed, value);
    this.#changed = value;
    return changed;
  }
}

function runFor(node: Extract<Node, { type: "For" }>, scope: Scope, out: string[]): Flow {
  const { items, test } = iterationOf(node.iterable, scope);
  const chosen = test === undefined ? items : items.filter((value) => {
    const inner = new Scope(scope);
    assign(node.loopvar, value, inner);
    return truth(evaluate(test, inner));
  });
  if (chosen.length === 0) return runBlock(node.defaultBlock, scope, out);
  const loop = new Loop(chosen);
  for (const [index, value] of chosen.entries()) {
    loop.index0 = index;
    const inner = new Scope(scope);
    inner.set("loop", loop);
    assign(node.loopvar, value, inner);
    if (runBlock(node.body, inner, out) === "break") break;
  }
  return "next";
}

function iterationOf(node: Node, scope: Scope): { items: Value[]; test: Node | undefined } {
  if (node.type === "SelectExpression") return { items: [...iterate(evaluate(node.lhs, scope))], test: node.test };
  return { items: [...iterate(evaluate(node, scope))], test: undefined };
}

function assign(target: Node, value: Value, scope: Scope): void {
  if (target.type === "Identifier") return scope.set(target.value, value);
  if (target.type === "TupleLiteral") {
    const values = [...iterate(value)];
    const wanted = target.value.length;
    if (values.length < wanted) throw valueError(`not enough values to unpack (expected ${wanted}, got ${values.length})`);
    if (values.length > wanted) throw valueError(`too many values to unpack (expected ${wanted})`);
    for (const [index, one] of target.value.entries()) assign(one, values[index]!, scope);
    return;
  }
  if (target.type === "MemberExpression" && !target.computed && target.property.type === "Identifier") {
    const owner = evaluate(target.object, scope);
    if (owner instanceof HostObject && owner.setAttribute(target.property.value, value)) return;
  }
  throw new PyError("jinja2.exceptions.TemplateRuntimeError", "cannot assign attribute on non-namespace object");
}

// ---- macros ----

function makeMacro(node: Pick<MacroNode, "args" | "body"> & { name?: { value: string } }, scope: Scope): PyFunction {
  return (args, kwargs) => {
    const inner = new Scope(scope);
    const rest = new Dict();
    for (const [name, value] of kwargs) rest.set(name, value);
    for (const [index, parameter] of node.args.entries()) {
      const name = parameter.type === "KeywordArgumentExpression" ? parameter.key.value : (parameter as { value: string }).value;
      const given = index < args.length ? args[index] : kwargs.get(name);
      rest.delete(name);
      if (given !== undefined) inner.set(name, given);
      else if (parameter.type === "KeywordArgumentExpression") inner.set(name, evaluate(parameter.value, inner));
      else inner.set(name, new Undefined(`parameter ${repr(name)} was not provided`));
    }
    if (kwargs.has("caller")) inner.set("caller", kwargs.get("caller")!);
    inner.set("varargs", new Tuple(args.slice(node.args.length)));
    inner.set("kwargs", rest);
    return blockText(node.body, inner);
  };
}

function runCallStatement(node: Extract<Node, { type: "CallStatement" }>, scope: Scope): Value {
  const caller = makeMacro({ args: node.callerArgs ?? [], body: node.body }, scope);
  return call(node.call, scope, new Map([["caller", caller]]));
}

// ---- expressions ----

function evaluate(node: Node, scope: Scope): Value {
  switch (node.type) {
    case "Identifier":
      return scope.get(node.value);
    case "IntegerLiteral":
    case "StringLiteral":
      return node.value;
    case "FloatLiteral":
      return new Float(node.value);
    case "ArrayLiteral":
      return node.value.map((one) => evaluate(one, scope));
    case "TupleLiteral":
      return new Tuple(node.value.map((one) => evaluate(one, scope)));
    case "ObjectLiteral":
      return dictOf(node.value, scope);
    case "BinaryExpression":
      return evaluateBinary(node, scope);
    case "UnaryExpression":
      if (node.operator.value === "not") return !truth(evaluate(node.argument, scope));
      return negate(node.operator.value, evaluate(node.argument, scope));
    case "Ternary":
      return evaluate(truth(evaluate(node.condition, scope)) ? node.trueExpr : node.falseExpr, scope);
    case "SelectExpression":
      if (truth(evaluate(node.test, scope))) return evaluate(node.lhs, scope);
      return new Undefined("the inline if-expression evaluated to false and no else section was defined.");
    case "FilterExpression":
      return applyFilter(evaluate(node.operand, scope), node.filter, scope);
    case "TestExpression":
      return runTest(node.test.value, evaluate(node.operand, scope), []) !== node.negate;
    case "MemberExpression":
      return evaluateMember(node, scope);
    case "CallExpression":
      return call(node, scope);
    default:
      throw new PyError("jinja2.exceptions.TemplateRuntimeError", `cannot evaluate ${node.type}`);
  }
}

function dictOf(entries: ReadonlyMap<Node, Node>, scope: Scope): Dict {
  const dict = new Dict();
  for (const [key, value] of entries) dict.set(evaluate(key, scope), evaluate(value, scope));
  return dict;
}

function evaluateBinary(node: BinaryNode, scope: Scope): Value {
  const operator = node.operator.value;
  if (operator === "and" || operator === "or") {
    const left = evaluate(node.left, scope);
    return truth(left) === (operator === "or") ? left : evaluate(node.right, scope);
  }
  if (COMPARISONS.has(operator)) return evaluateChain(node, scope).holds;
  return binary(operator, evaluate(node.left, scope), evaluate(node.right, scope));
}

/** `a < b < c`: true when each pair holds. Grouped comparisons are not part of a chain. */
function evaluateChain(node: BinaryNode, scope: Scope): { holds: boolean; last: Value } {
  let left: Value;
  if (node.left.type === "BinaryExpression" && COMPARISONS.has(node.left.operator.value)) {
    const chain = evaluateChain(node.left, scope);
    if (!chain.holds) return chain;
    left = chain.last;
  } else {
    left = evaluate(node.left, scope);
  }
  const last = evaluate(node.right, scope);
  return { holds: holds(node.operator.value, left, last), last };
}

function evaluateMember(node: MemberNode, scope: Scope): Value {
  const object = evaluate(node.object, scope);
  const { property } = node;
  if (!node.computed) return getAttribute(object, property.type === "IntegerLiteral" ? property.value : (property as { value: string }).value);
  if (property.type === "SliceExpression") {
    const bounds = [property.start, property.stop, property.step].map((bound) => (bound === undefined ? undefined : evaluate(bound, scope)));
    return slice(object, bounds);
  }
  return getItem(object, evaluate(property, scope));
}

function ownAttribute(object: Value, name: string): Value | undefined {
  return object instanceof HostObject ? object.getAttribute(name) : attribute(object, name, (value, key, isAttribute) => (isAttribute ? getAttribute(value, key as string) : getItem(value, key)));
}

/** None is a value: only `undefined` stands for "not found". */
function firstFound(found: Value | undefined, second: () => Value | undefined, last: () => Value): Value {
  if (found !== undefined) return found;
  const next = second();
  return next === undefined ? last() : next;
}

/** `object.name`: attributes before items. @throws PyError when `object` itself is missing */
export function getAttribute(object: Value, name: string | number): Value {
  if (object instanceof Undefined) throw object.fail();
  const found = typeof name === "string" ? ownAttribute(object, name) : undefined;
  return firstFound(found, () => item(object, name), () => missing(object, name));
}

/** `object[key]`: items before attributes. @throws PyError when `object` itself is missing */
export function getItem(object: Value, key: Value): Value {
  if (object instanceof Undefined) throw object.fail();
  const attributeOf = (): Value | undefined => (typeof key === "string" ? ownAttribute(object, key) : undefined);
  return firstFound(item(object, key), attributeOf, () => missing(object, key));
}

// ---- calls, filters, tests ----

function call(node: CallNode, scope: Scope, extra?: ReadonlyMap<string, Value>): Value {
  if (node.callee.type === "Identifier") {
    if (node.callee.value === GROUP) return evaluate(node.args[0]!, scope);
    if (node.callee.value === TUPLE) return new Tuple(node.args.map((one) => evaluate(one, scope)));
  }
  const callee = evaluate(node.callee, scope);
  if (callee instanceof Undefined) throw undefinedError(callee.message);
  if (typeof callee !== "function") throw typeError(`'${typeName(callee)}' object is not callable`);
  const { args, kwargs } = argumentsOf(node.args, scope);
  for (const [name, value] of extra ?? []) kwargs.set(name, value);
  return callee(args, kwargs);
}

function argumentsOf(nodes: readonly Node[], scope: Scope): { args: Value[]; kwargs: Map<string, Value> } {
  const args: Value[] = [];
  const kwargs = new Map<string, Value>();
  for (const node of nodes) {
    if (node.type === "KeywordArgumentExpression") kwargs.set(node.key.value, evaluate(node.value, scope));
    else if (node.type === "SpreadExpression") args.push(...iterate(evaluate(node.argument, scope)));
    else if (node.type === "KeywordSpreadExpression") {
      const dict = evaluate(node.argument, scope);
      if (!(dict instanceof Dict)) throw typeError(`argument after ** must be a mapping, not ${typeName(dict)}`);
      for (const pair of dict.items()) kwargs.set(str(pair.items[0]!), pair.items[1]!);
    } else args.push(evaluate(node, scope));
  }
  return { args, kwargs };
}

function applyFilter(value: Value, filter: FilterCall, scope: Scope): Value {
  const name = filter.type === "Identifier" ? filter.value : (filter.callee as { value: string }).value;
  const { args, kwargs } = filter.type === "Identifier" ? { args: [], kwargs: new Map<string, Value>() } : argumentsOf(filter.args, scope);
  if (name.startsWith(NOT_TEST_PREFIX)) return !runTest(name.slice(NOT_TEST_PREFIX.length), value, args);
  if (name.startsWith(TEST_PREFIX)) return runTest(name.slice(TEST_PREFIX.length), value, args);
  return lookupFilter(name)(value, args, kwargs);
}

function runTest(name: string, value: Value, args: readonly Value[]): boolean {
  const test = Object.hasOwn(jinjaTests, name) ? jinjaTests[name] : undefined;
  if (test === undefined) throw new PyError("jinja2.exceptions.TemplateRuntimeError", `No test named ${repr(name)}.`);
  return test(value, args);
}


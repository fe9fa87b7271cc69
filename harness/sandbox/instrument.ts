/**
 * Puts gas counters into a plugin's JavaScript: at every function entry and every loop turn, weighted by
 * the number of syntax nodes of that stretch. Gas is a deterministic stand-in for work: the same run
 * counts the same, on any machine. Lines stay where they are, so places in messages are the author's.
 */
import { parse, type Node } from "acorn";
import { simple as walk, type SimpleVisitors } from "acorn-walk";
import MagicString from "magic-string";

/** Name of the counter in the plugin's global scope. */
export const GAS_FUNCTION = "__kalicoHilGas";

type AnyNode = Node & Record<string, any>;

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);
const LOOPS = new Set(["ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement"]);

/** Number of syntax nodes of a stretch that one counter pays for: without nested functions and loop bodies. */
function weigh(node: AnyNode): number {
  let count = 1;
  for (const key of Object.keys(node)) {
    const child = node[key];
    for (const item of Array.isArray(child) ? child : [child]) {
      if (item === null || typeof item !== "object" || typeof item.type !== "string") continue;
      if (FUNCTIONS.has(item.type) || LOOPS.has(item.type)) count += 1;
      else count += weigh(item);
    }
  }
  return count;
}

/**
 * @param source JavaScript of one module
 * @returns the same module with counters, or the source unchanged when it cannot be parsed (the import
 *   then reports the author's own syntax error)
 */
export function instrument(source: string): string {
  let tree: AnyNode;
  try {
    tree = parse(source, { ecmaVersion: "latest", sourceType: "module", allowHashBang: true, allowReturnOutsideFunction: true }) as AnyNode;
  } catch {
    try {
      tree = parse(source, { ecmaVersion: "latest", sourceType: "script", allowHashBang: true, allowReturnOutsideFunction: true }) as AnyNode;
    } catch {
      return source;
    }
  }
  const out = new MagicString(source);
  const enterFunction = (node: AnyNode): void => {
    const body = node["body"] as AnyNode;
    const gas = weigh(body);
    if (body.type === "BlockStatement") {
      // A directive prologue ("use strict") must stay first.
      let at = body.start + 1;
      for (const statement of body["body"] as AnyNode[]) {
        if (statement["directive"] === undefined) break;
        at = statement.end;
      }
      out.appendLeft(at, `${GAS_FUNCTION}(${gas});`);
    } else {
      out.appendLeft(body.start, `(${GAS_FUNCTION}(${gas}),`);
      out.appendRight(body.end, ")");
      // `() => ({…})` keeps its own parentheses outside of body: the comma form stays an expression.
    }
  };
  const enterLoop = (node: AnyNode): void => {
    const body = node["body"] as AnyNode;
    const gas = weigh(body);
    if (body.type === "BlockStatement") out.appendLeft(body.start + 1, `${GAS_FUNCTION}(${gas});`);
    else {
      out.appendLeft(body.start, `{${GAS_FUNCTION}(${gas});`);
      out.appendRight(body.end, "}");
    }
  };
  const visitors: Record<string, (node: AnyNode) => void> = {};
  for (const type of FUNCTIONS) visitors[type] = enterFunction;
  for (const type of LOOPS) visitors[type] = enterLoop;
  walk(tree, visitors as unknown as SimpleVisitors<unknown>);
  return out.toString();
}

/**
 * A compiled template: Klipper's delimiters, Jinja2's language. The tree is built by the template library,
 * its evaluation is Python's (see evaluator.ts).
 */
import { parse } from "@huggingface/jinja";
import { checkBlocks } from "./block-check.js";
import { evaluateTemplate } from "./evaluator.js";
import { lookupFilter } from "./jinja-filters.js";
import { lexTemplate } from "./klipper-lexer.js";
import { PyError, type Value } from "./py-values.js";
import type { Node } from "./template-nodes.js";
import { TemplateSyntaxError, type TemplateToken } from "./template-tokens.js";
import { NOT_TEST_PREFIX, TEST_PREFIX } from "./token-rewrite.js";

export { TemplateSyntaxError } from "./template-tokens.js";

/** A template that can be rendered any number of times. */
export class JinjaTemplate {
  readonly #program: Node;

  /** @throws TemplateSyntaxError */
  constructor(source: string) {
    const tokens = lexTemplate(source);
    checkBlocks(tokens);
    checkFilters(tokens);
    this.#program = parseTokens(tokens);
  }

  /** @throws PyError, or what a function among the names throws */
  render(names: ReadonlyMap<string, Value>): string {
    return evaluateTemplate(this.#program, names);
  }
}

/** The parser's errors name no place: it is the token that it looked at last. */
function parseTokens(tokens: readonly TemplateToken[]): Node {
  let last = 0;
  const watched = new Proxy(tokens as TemplateToken[], {
    get(target, key, receiver): unknown {
      if (typeof key === "string" && /^\d+$/.test(key)) last = Math.min(Number(key), target.length - 1);
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  try {
    return parse(watched as never) as unknown as Node;
  } catch {
    const token = tokens[last];
    throw new TemplateSyntaxError(`unexpected '${shown(token)}'`, token?.line ?? 1);
  }
}

function shown(token: TemplateToken | undefined): string {
  if (token === undefined) return "end of template";
  if (token.type === "CloseExpression") return "end of print statement";
  if (token.type === "CloseStatement") return "end of statement block";
  return token.value;
}

/** Jinja2 knows its filters when it compiles. */
function checkFilters(tokens: readonly TemplateToken[]): void {
  for (let at = 0; at + 1 < tokens.length; at++) {
    const { value, type, line } = tokens[at + 1]!;
    if (tokens[at]!.type !== "Pipe" || type !== "Identifier" || value.startsWith(TEST_PREFIX) || value.startsWith(NOT_TEST_PREFIX)) continue;
    try {
      lookupFilter(value);
    } catch (error) {
      if (error instanceof PyError) throw new TemplateSyntaxError(error.message, line);
      throw error;
    }
  }
}

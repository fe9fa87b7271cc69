/**
 * Expresses by other means what Jinja2 has and the library's parser has not, tag by tag on its tokens:
 * `do`, tests with arguments, and parentheses that group (against those that call), which chained
 * comparisons and one-element tuples need told apart. The evaluator knows the names used here.
 */
import type { TemplateToken, TokenType } from "./template-tokens.js";

/** Pseudo functions and targets that the rewriting brings in. */
export const GROUP = "__group__";
export const TUPLE = "__tuple__";
export const DISCARD = "__do__";
/** Prefixes of pseudo filters that stand for tests with arguments. */
export const TEST_PREFIX = "__is__";
export const NOT_TEST_PREFIX = "__is_not__";

/** Names behind which an expression starts. */
const OPERAND_FOLLOWS = new Set(["if", "elif", "else", "in", "and", "or", "not", "is", "for", "set", "do", "call", "filter", "print"]);
/** Names that cannot start the argument of a test without parentheses. */
const NO_ARGUMENT = new Set(["else", "or", "and", "if", "in", "not", "is"]);
const ARGUMENT_STARTS = new Set<TokenType>(["Identifier", "StringLiteral", "NumericLiteral", "OpenParen", "OpenSquareBracket", "OpenCurlyBracket"]);
const OPENING = new Set<TokenType>(["OpenParen", "OpenSquareBracket", "OpenCurlyBracket"]);
const CLOSING = new Set<TokenType>(["CloseParen", "CloseSquareBracket", "CloseCurlyBracket"]);
const OPERAND_ENDS = new Set<TokenType>(["CloseParen", "CloseSquareBracket", "CloseCurlyBracket", "StringLiteral", "NumericLiteral"]);

const token = (value: string, type: TokenType, line: number): TemplateToken => ({ value, type, line });

/** Rewrites the tokens of one tag. */
export function rewriteTag(tokens: TemplateToken[], isStatement: boolean): TemplateToken[] {
  const first = tokens[0];
  if (first === undefined) return tokens;
  if (!isStatement) return markGroups(rewriteTests(wrapTuple(tokens, 0)), 0);
  if (first.value === "do") {
    const head = [token("set", "Identifier", first.line), token(DISCARD, "Identifier", first.line), token("=", "Equals", first.line)];
    return [...head, ...markGroups(rewriteTests(tokens.slice(1)), 0)];
  }
  if (first.value === "endmacro" || first.value === "endblock") return [first];
  if (first.value === "macro" || first.value === "call") return tokens;
  const end = targetEnd(tokens);
  return markGroups(rewriteTests(first.value === "for" ? wrapTuple(tokens, end + 1) : tokens), end);
}

/** Puts parentheses round an expression from `from` on that is a tuple without them. */
function wrapTuple(tokens: TemplateToken[], from: number): TemplateToken[] {
  const last = tokens.at(-1)!;
  const wrapped = [...tokens.slice(0, from), token("(", "OpenParen", last.line), ...tokens.slice(from), token(")", "CloseParen", last.line)];
  return isTuple(wrapped, from) && tokens.length > from ? wrapped : tokens;
}

/** Index behind the assignment targets of `for` and `set`, whose parentheses stay as they are. */
function targetEnd(tokens: readonly TemplateToken[]): number {
  const end = tokens[0]!.value === "for" ? "in" : tokens[0]!.value === "set" ? "=" : undefined;
  const at = end === undefined ? -1 : tokens.findIndex(({ value, type }) => value === end && (type === "Equals" || type === "Identifier"));
  return at < 0 ? 0 : at;
}

/** `x is [not] test(arg)` and `x is [not] test arg` become `x|pseudo_filter(arg)`. */
function rewriteTests(tokens: readonly TemplateToken[]): TemplateToken[] {
  const out: TemplateToken[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const is = tokens[at]!;
    if (is.type !== "Identifier" || is.value !== "is" || tokens[at - 1]?.type === "Dot") {
      out.push(is);
      continue;
    }
    const negated = tokens[at + 1]?.value === "not" && tokens[at + 1]?.type === "Identifier";
    const name = tokens[at + (negated ? 2 : 1)];
    const start = at + (negated ? 3 : 2);
    const end = name?.type === "Identifier" ? argumentEnd(tokens, start) : start;
    if (name === undefined || end === start) {
      out.push(is);
      continue;
    }
    const argument = rewriteTests(tokens.slice(start, end));
    const isCall = argument[0]!.type === "OpenParen";
    out.push(token("|", "Pipe", is.line), token((negated ? NOT_TEST_PREFIX : TEST_PREFIX) + name.value, "Identifier", is.line));
    if (!isCall) out.push(token("(", "OpenParen", is.line));
    out.push(...argument);
    if (!isCall) out.push(token(")", "CloseParen", is.line));
    at = end - 1;
  }
  return out;
}

/** Index behind the argument that starts at `start`; `start` itself where there is none. */
function argumentEnd(tokens: readonly TemplateToken[], start: number): number {
  const first = tokens[start];
  if (first === undefined || !ARGUMENT_STARTS.has(first.type)) return start;
  if (first.type === "Identifier" && NO_ARGUMENT.has(first.value)) return start;
  let at = OPENING.has(first.type) ? closingOf(tokens, start) + 1 : start + 1;
  if (first.type === "OpenParen") return at;
  for (;;) {
    const next = tokens[at];
    if (next?.type === "Dot") at += 2;
    else if (next !== undefined && (next.type === "OpenParen" || next.type === "OpenSquareBracket")) at = closingOf(tokens, at) + 1;
    else return at;
  }
}

function closingOf(tokens: readonly TemplateToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (OPENING.has(tokens[at]!.type)) depth++;
    else if (CLOSING.has(tokens[at]!.type) && --depth === 0) return at;
  }
  return tokens.length - 1;
}

/** Puts the name of a pseudo function before every parenthesis that does not call something. */
function markGroups(tokens: readonly TemplateToken[], from: number): TemplateToken[] {
  const out: TemplateToken[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const here = tokens[at]!;
    if (here.type === "OpenParen" && at >= from && !endsOperand(tokens, at - 1)) {
      out.push(token(isTuple(tokens, at) ? TUPLE : GROUP, "Identifier", here.line));
    }
    out.push(here);
  }
  return out;
}

function endsOperand(tokens: readonly TemplateToken[], at: number): boolean {
  const before = tokens[at];
  if (before === undefined) return false;
  if (before.type !== "Identifier") return OPERAND_ENDS.has(before.type);
  return tokens[at - 1]?.type === "Dot" || !OPERAND_FOLLOWS.has(before.value);
}

function isTuple(tokens: readonly TemplateToken[], open: number): boolean {
  const close = closingOf(tokens, open);
  if (close === open + 1) return true;
  let depth = 0;
  for (let at = open + 1; at < close; at++) {
    if (OPENING.has(tokens[at]!.type)) depth++;
    else if (CLOSING.has(tokens[at]!.type)) depth--;
    else if (depth === 0 && tokens[at]!.type === "Comma") return true;
  }
  return false;
}

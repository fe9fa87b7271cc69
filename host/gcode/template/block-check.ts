/** Checks that statement tags are known and closed in order, before parsing, with Jinja2's messages. */
import { TemplateSyntaxError, type TemplateToken } from "./template-tokens.js";

/** Block → the tags that may follow inside it at its own level. */
const BLOCKS: Record<string, readonly string[]> = {
  if: ["elif", "else", "endif"],
  for: ["endfor", "else"],
  macro: ["endmacro"],
  call: ["endcall"],
  filter: ["endfilter"],
  set: ["endset"],
};
const SIMPLE = new Set(["break", "continue"]);

/** @throws TemplateSyntaxError */
export function checkBlocks(tokens: readonly TemplateToken[]): void {
  const open: { name: string; inElse: boolean }[] = [];
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at]!.type !== "OpenStatement") continue;
    const { value: name, type, line } = tokens[at + 1]!;
    if (type !== "Identifier") throw new TemplateSyntaxError("tag name expected", line);
    const inner = open.at(-1);
    if (inner !== undefined && expected(inner).includes(name)) {
      if (name === `end${inner.name}`) open.pop();
      else if (name === "else") inner.inElse = true;
    } else if (Object.hasOwn(BLOCKS, name)) {
      if (name !== "set" || isBlockSet(tokens, at)) open.push({ name, inElse: false });
    } else if (SIMPLE.has(name)) {
      if (!open.some((block) => block.name === "for")) throw new TemplateSyntaxError(`'${name}' outside loop`, line);
    } else {
      throw new TemplateSyntaxError(`Encountered unknown tag '${name}'.${hint(inner)}`, line);
    }
  }
  const inner = open.at(-1);
  if (inner !== undefined) throw new TemplateSyntaxError(`Unexpected end of template.${hint(inner)}`, tokens.at(-1)!.line);
}

const expected = (block: { name: string; inElse: boolean }): readonly string[] =>
  block.inElse ? [`end${block.name}`] : BLOCKS[block.name]!;

function hint(inner: { name: string; inElse: boolean } | undefined): string {
  if (inner === undefined) return "";
  const tags = expected(inner).map((tag) => `'${tag}'`).join(" or ");
  return ` Jinja was looking for the following tags: ${tags}. The innermost block that needs to be closed is '${inner.name}'.`;
}

function isBlockSet(tokens: readonly TemplateToken[], open: number): boolean {
  for (let at = open; tokens[at]!.type !== "CloseStatement"; at++) if (tokens[at]!.type === "Equals") return false;
  return true;
}

/** HTML by template: what is put in is escaped, unless it is markup itself. */

/** Text that is markup already. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Piece = Markup | string | number | undefined | readonly Piece[];

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text as character data or the value of an attribute in double quotes. */
export function escapeText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd").replace(CONTROL, "\ufffd").replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;");
}

function textOf(piece: Piece): string {
  if (piece === undefined) return "";
  if (piece instanceof Markup) return piece.text;
  if (typeof piece === "string" || typeof piece === "number") return escapeText(String(piece));
  return piece.map(textOf).join("");
}

export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Markup {
  return new Markup(strings.reduce((text, string, i) => text + string + (i < pieces.length ? textOf(pieces[i]) : ""), ""));
}

/** Data for a script element: no end tag and no comment can stand in it. */
export function jsonForScript(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replace(/</g, "\\u003c").replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029"));
}

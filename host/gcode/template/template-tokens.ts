/** Tokens as the template library's parser takes them, and the error for templates that cannot be read. */

/** Token of the template library, with the line that it stands on. */
export interface TemplateToken {
  value: string;
  type: TokenType;
  /** From 1. */
  line: number;
}

export type TokenType =
  | "Text" | "NumericLiteral" | "StringLiteral" | "Identifier" | "Equals" | "OpenParen" | "CloseParen" | "OpenStatement"
  | "CloseStatement" | "OpenExpression" | "CloseExpression" | "OpenSquareBracket" | "CloseSquareBracket" | "OpenCurlyBracket"
  | "CloseCurlyBracket" | "Comma" | "Dot" | "Colon" | "Pipe" | "AdditiveBinaryOperator" | "MultiplicativeBinaryOperator"
  | "ExponentiationBinaryOperator" | "ComparisonBinaryOperator";

/** A template that cannot be read. */
export class TemplateSyntaxError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** The words of a command line as Python's `shlex.split` and `os.path` read it: quotes and backslashes of a POSIX shell, `~` in front, `$NAME`; no wildcards, no pipes. */
import { valueError } from "../gcode/template/py-values.js";

const SPACE = /[ \t\r\n]/;

/** @throws PyError `ValueError` for a quote that is not closed, a backslash at the end */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const letter = line[at]!;
    if (letter === quote) quote = "";
    else if (quote === "'") word += letter;
    else if (letter === "\\") {
      const next = line[++at];
      if (next === undefined) throw valueError(quote === "" ? "No escaped character" : "No closing quotation");
      word = (word ?? "") + (quote === '"' && next !== '"' && next !== "\\" ? `\\${next}` : next);
    } else if (quote === "" && (letter === "'" || letter === '"')) {
      quote = letter;
      word ??= "";
    } else if (quote === "" && SPACE.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + letter;
  }
  if (quote !== "") throw valueError("No closing quotation");
  if (word !== undefined) words.push(word);
  return words;
}

/** Puts the home directory for a `~` in front, values for `$NAME` and `${NAME}`; what is not set stays as written. */
export function expandEnvironment(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  const home = environment["HOME"];
  const atHome = home === undefined ? text : text.replace(/^~(?=\/|$)/, () => home);
  return atHome.replace(/\$(?:(\w+)|\{([^}]*)\})/g, (written, plain?: string, braced?: string) => environment[plain ?? braced ?? ""] ?? written);
}

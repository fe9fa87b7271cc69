/** Words of command lines, as Python's `shlex.split` gave them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expandEnvironment, shellWords } from "./shell-words.js";

describe("words of a command line", () => {
  it("are what quotes and backslashes of a shell make of it", () => {
    expect(shellWords("echo  hello\tworld\n b ")).toEqual(["echo", "hello", "world", "b"]);
    expect(shellWords(`x 'y z' "q\\"r" a\\ b "a\\n" '' k'l'"m"`)).toEqual(["x", "y z", 'q"r', "a b", "a\\n", "", "klm"]);
    expect(shellWords("")).toEqual([]);
    expect(() => shellWords("'open")).toThrow("No closing quotation");
    expect(() => shellWords("end\\")).toThrow("No escaped character");
  });

  it("come back from a line of quoted words", () => {
    fc.assert(fc.property(fc.array(fc.string()), (words) => {
      const quoted = words.map((word) => `'${word.replaceAll("'", `'"'"'`)}'`).join(" ");
      expect(shellWords(quoted)).toEqual(words);
    }));
  });

  it("have the environment in them first, quoted or not", () => {
    const environment = { HOME: "/home/pi", A: "1" };
    expect(expandEnvironment("~/x ~/y $HOME '$A' ${A}b $NOPE", environment)).toBe("/home/pi/x ~/y /home/pi '1' 1b $NOPE");
    expect(expandEnvironment("~pi ~", environment)).toBe("~pi ~");
  });
});

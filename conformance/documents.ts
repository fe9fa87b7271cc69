/** Reads a plugin's documents (Markdown or reStructuredText): words, what stands near them, and blocks of configuration. */
import { parseSections, type ConfigSectionText } from "./arbitraries/config-text.js";

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const wordPattern = (word: string): RegExp => new RegExp(`(?<![A-Za-z0-9_])${escaped(word)}(?![A-Za-z0-9_])`, "gi");

/** Whether the text has this name as a word, in any case. */
export const hasWord = (text: string, word: string): boolean => wordPattern(word).test(text);

/** Characters before and after a mention in which its default and range are looked for. */
const BEFORE = 200;
const AFTER = 500;

/** What stands round the mentions of a word. */
export const textNear = (text: string, word: string): string =>
  [...text.matchAll(wordPattern(word))].map(({ index }) => text.slice(Math.max(0, index - BEFORE), index + word.length + AFTER)).join("\n");

/** Numbers in a text, by value: "10", "10.0" and "1e1" are one. */
export const numbersNear = (text: string): Set<number> => new Set([...text.matchAll(/(?<![A-Za-z_\d.])-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?/gi)].map(([number]) => Number(number)));

/** Text of the fenced blocks, and of the indented ones after a line that ends with "::" or in plain Markdown. */
function blocks(text: string): string[] {
  const fenced = [...text.matchAll(/^([ \t]*)(```+|~~~+)[^\n]*\n([\s\S]*?)^[ \t]*\2[ \t]*$/gm)].map(([, indent = "", , inner = ""]) => inner.split("\n").map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join("\n"));
  const indented = [...text.matchAll(/(?:^|\n)\s*\n((?:(?: {4}|\t)[^\n]*\n|[ \t]*\n)+)/g)].map(([, inner = ""]) => inner.replace(/^( {4}|\t)/gm, ""));
  return [...fenced, ...indented];
}

const belongs = (name: string, modules: readonly string[]): boolean => modules.includes(name.split(/\s+/, 1)[0]!);

/** Blocks with at least one section of these modules, as sections. */
export function documentedBlocks(text: string, modules: readonly string[]): ConfigSectionText[][] {
  return [...new Set(blocks(text))].filter((block) => /^\[[^\]\n]+\]/m.test(block)).map(parseSections).filter((sections) => sections.some(({ name }) => belongs(name, modules)));
}

/** Options shown in sections of these modules, each once; those that are commented out in Kalico's way ("#option: value") as well. */
export function documentedOptions(text: string, modules: readonly string[]): { module: string; option: string }[] {
  const uncommented = text.replace(/^([ \t]*)#([a-z_][a-z0-9_]*[ \t]*[:=])/gm, "$1$2");
  const found = new Map<string, { module: string; option: string }>();
  for (const sections of documentedBlocks(uncommented, modules)) {
    for (const { name, options } of sections.filter((section) => belongs(section.name, modules))) {
      const module = name.split(/\s+/, 1)[0]!;
      for (const [option] of options) found.set(`${module} ${option}`, { module, option });
    }
  }
  return [...found.values()];
}

/** Printer configurations as sections in order, and back to text: the harness edits sections, never lines. */

export interface ConfigSectionText {
  name: string;
  options: [option: string, value: string][];
}

/** Reads plain sections of a printer.cfg (comments dropped, continuation lines kept); includes are not followed. */
export function parseSections(text: string): ConfigSectionText[] {
  const sections: ConfigSectionText[] = [];
  let current: ConfigSectionText | undefined;
  for (const raw of text.split(/\r?\n/)) {
    if (raw.startsWith("#*#")) continue;
    const line = raw.replace(/#.*$/, "").replace(/(^|\s);.*$/, "").trimEnd();
    if (line.trim() === "") continue;
    const header = /^\[(.+)\]/.exec(line);
    if (header !== null) {
      current = { name: header[1]!, options: [] };
      sections.push(current);
    } else if (/^\s/.test(line)) {
      const last = current?.options.at(-1);
      if (last !== undefined) last[1] += `\n${line}`;
    } else {
      const split = /^([^:=]+)[:=](.*)$/.exec(line);
      if (split !== null) current?.options.push([split[1]!.trim().toLowerCase(), split[2]!.trim()]);
    }
  }
  return sections;
}

export function printSections(sections: readonly ConfigSectionText[]): string {
  return sections.map((s) => `[${s.name}]\n${s.options.map(([o, v]) => `${o}: ${v}\n`).join("")}`).join("\n");
}

/** The section with one option set to a value, or removed (undefined). */
export function withOption(section: ConfigSectionText, option: string, value: string | undefined): ConfigSectionText {
  const options = section.options.filter(([name]) => name !== option);
  return { name: section.name, options: value === undefined ? options : [...options, [option, value]] };
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../testing/scratch-plugin.js";
import { catalogue } from "../../conformance/catalogue.js";
import { RULE_REASONS } from "./rule-reasons.js";
import { rulePages } from "./rule-pages.js";

const directory = join(repositoryRoot, "docs/rules");
const pages = rulePages(repositoryRoot);

describe("pages of the rules", () => {
  it("are those of the catalogue (npm run docs writes them)", () => {
    expect(readdirSync(directory).sort()).toEqual([...pages.keys()].sort());
    expect([...pages].filter(([file, text]) => readFileSync(join(directory, file), "utf8") !== text).map(([file]) => file)).toEqual([]);
  });
});

describe("every rule", () => {
  it.each(catalogue.map((r) => r.id))("%s has a reason, a bad and a good example", (id) => {
    const page = pages.get(`${id}.md`)!;
    for (const heading of ["## Why", "## A plugin that breaks it", "## One that keeps it"]) expect(page).toContain(heading);
    expect(RULE_REASONS[id], "reason").toMatch(/^[A-Z].{20,}\.$/);
    expect(page).not.toMatch(/host-surface|rules\.md/);
  });
  it("that is gone has no reason left", () => expect(Object.keys(RULE_REASONS).filter((id) => !catalogue.some((r) => r.id === id))).toEqual([]));
});

describe("docs", () => {
  const files = readdirSync(join(repositoryRoot, "docs"), { recursive: true, encoding: "utf8" }).filter((f) => f.endsWith(".md"));

  it.each(files)("%s has no dead link", (file) => {
    const path = join(repositoryRoot, "docs", file);
    const text = readFileSync(path, "utf8").replace(/```[\s\S]*?```/g, "");
    const dead = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((m) => m[1]!).filter((link) => !/^[a-z]+:/.test(link)).filter((link) => {
      const [target, anchor] = link.split("#", 2);
      const to = target === "" ? path : join(dirname(path), target!);
      if (!existsSync(to)) return true;
      return anchor !== undefined && anchor !== "" && ![...readFileSync(to, "utf8").matchAll(/^#+ (.+)$/gm)].some((h) => h[1]!.toLowerCase().replace(/[^\w\s-]/g, "").replace(/\s+/g, "-") === anchor);
    });
    expect(dead).toEqual([]);
  });
});

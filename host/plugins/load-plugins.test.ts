import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigSection } from "../config/config-section.js";
import { configFromText } from "../config/config-from-text.js";
import type { Printer } from "../printer/printer-surface.js";
import { directoryPlugins, installedPlugins, packagePlugins, pluginsAtPath } from "./discover-plugins.js";
import { importPlugin, importPlugins, moduleEntry, pluginFromModule } from "./load-plugins.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plugins-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Record<string, string | object>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), typeof content === "string" ? content : JSON.stringify(content));
  }
}
const SOURCE = "export function loadConfig(config) { return { name: config.getName() }; }\n";
const manifest = (name: string, plugins: unknown): object => ({ name, version: "1.2.3", description: "Does a thing", type: "module", kalico: { plugins } });

describe("discovery", () => {
  it("finds entry points of installed packages in a fixed order, with their metadata", () => {
    write({
      "node_modules/b-plugin/package.json": manifest("b-plugin", { b: "./dist/b.js", b2: "./dist/b.js" }),
      "node_modules/b-plugin/dist/b.js": SOURCE,
      "node_modules/b-plugin/Readme.md": "# B",
      "node_modules/@me/a-plugin/package.json": manifest("@me/a-plugin", { a: "a.js" }),
      "node_modules/@me/a-plugin/a.js": SOURCE,
      "node_modules/other/package.json": { name: "other" },
      "node_modules/.bin/x": "",
    });
    const found = installedPlugins(join(root, "node_modules"));
    expect(found.map(({ name, origin }) => `${name} ${origin}`)).toEqual(["a entry-point", "b entry-point", "b2 entry-point"]);
    expect(found[1]?.metadata).toEqual({ name: "b-plugin", version: "1.2.3", summary: "Does a thing", description: "# B" });
  });

  it("finds modules of a plugins directory: files and folders with an index", () => {
    write({ "p/b.js": SOURCE, "p/a/index.js": SOURCE, "p/c/package.json": { main: "main.js" }, "p/c/main.js": SOURCE, "p/empty/x.txt": "", "p/notes.txt": "", "p/b.test.js": "" });
    expect(directoryPlugins(join(root, "p")).map(({ name, origin }) => `${name} ${origin}`)).toEqual(["a plugins", "b plugins", "c plugins"]);
    expect(directoryPlugins(join(root, "none"))).toEqual([]);
  });

  it("takes a path to a package, a file or a folder", () => {
    write({ "pkg/package.json": manifest("pkg", { my: "./my.js" }), "pkg/my.js": SOURCE, "single.mjs": SOURCE, "folder/index.js": SOURCE, "nothing/x.txt": "" });
    expect(pluginsAtPath(join(root, "pkg")).map((p) => p.name)).toEqual(["my"]);
    expect(pluginsAtPath(join(root, "single.mjs")).map((p) => p.name)).toEqual(["single"]);
    expect(pluginsAtPath(join(root, "folder")).map((p) => p.name)).toEqual(["folder"]);
    expect(() => pluginsAtPath(join(root, "nothing"))).toThrow(/No plugin found in .*: declare it in package.json/);
    expect(() => pluginsAtPath(join(root, "gone"))).toThrow(/does not exist/);
  });

  it("keeps entry points that cannot be, with the reason", async () => {
    write({ "pkg/package.json": manifest("pkg", { out: "../x.js", gone: "./dist/gone.js", odd: 3 }) });
    const found = packagePlugins(join(root, "pkg"));
    expect(found.map((p) => p.problem)).toEqual([
      'Entry point "out" leaves its package: "../x.js"',
      'Entry point "gone" names a file that does not exist: "./dist/gone.js" (build the package first)',
      'Entry point "odd" must be a path, found 3',
    ]);
    const imported = await importPlugins(found);
    expect(imported.every((p) => p.error instanceof Error && moduleEntry(p).error === p.error)).toBe(true);
  });
});

describe("import", () => {
  it("keeps what the import of a plugin throws", async () => {
    write({ "bad.mjs": "throw new RangeError('no library');", "syntax.mjs": "export const = 1;" });
    for (const [file, message] of [["bad.mjs", "no library"], ["syntax.mjs", ""]] as const) {
      const plugin = await importPlugin(pluginsAtPath(join(root, file))[0]!);
      expect((plugin.error as Error).message).toContain(message);
      expect("error" in moduleEntry(plugin)).toBe(true);
    }
  });

  it("takes exports by name or in the default export", async () => {
    write({ "named.mjs": SOURCE, "default.mjs": "export default { loadConfigPrefix: (config) => ({ name: config.getName() }) };" });
    const config = configFromText({} as Printer, "", "p x");
    const [named, other] = await importPlugins([...pluginsAtPath(join(root, "named.mjs")), ...pluginsAtPath(join(root, "default.mjs"))]);
    expect(moduleEntry(named!).module?.loadConfig?.(config)).toEqual({ name: "p x" });
    expect(moduleEntry(other!).module?.loadConfigPrefix?.(config)).toEqual({ name: "p x" });
    expect(moduleEntry(other!).module?.loadConfig).toBeUndefined();
  });

  it("puts a membrane between the plugin and its host when it is watched", () => {
    const calls: string[] = [];
    const plugin = pluginFromModule("mine", {
      loadConfig: (config: ConfigSection) => {
        const value = config.getFloat("value", { default: 1 });
        return { getStatus: () => ({ value }) };
      },
      registerComponents: (collector) => collector.registerComponent("s", "n", 1),
    });
    const observer = {
      onPluginCall: (owner: string, object: string, member: string) => void calls.push(`${owner}: ${object}.${member}`),
      onCallbackEnter: ({ kind, label }: { kind: string; label: string }) => {
        calls.push(`${kind} ${label}`);
        return undefined;
      },
    };
    const { module } = moduleEntry(plugin, { observer, now: () => 0 });
    module?.registerComponents?.({ registerComponent: () => undefined });
    const object = module?.loadConfig?.(configFromText({} as Printer, "[mine]\nvalue: 2", "mine")) as { getStatus(t: number): unknown };
    expect(object.getStatus(0)).toEqual({ value: 2 });
    expect(calls).toEqual(["register_components mine", "mine: collector.registerComponent", "load_config mine", "mine: config.getFloat", "get_status mine"]);
  });
});

/** What certify can be given, and what is read of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { isPythonPlugin, NoPythonPlugin, readPythonPlugin } from "./read-plugin.js";
import { BadProject } from "./project-metadata.js";

const EXAMPLE = fileURLToPath(new URL("../../plugins-under-test/python/my_plugin", import.meta.url));
const made: string[] = [];
afterEach(() => { for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true }); });

function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "python-tree-"));
  made.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const LOAD = "def load_config(config):\n    return object()\n";

describe("a source tree", () => {
  it("has the metadata of pyproject.toml, its README and its entry points", () => {
    const plugin = readPythonPlugin(EXAMPLE);
    expect(plugin).toMatchObject({
      kind: "source-tree", root: EXAMPLE, importPaths: [EXAMPLE], files: ["my_plugin.py"], missing: [],
      modules: [{ name: "my_plugin", module: "my_plugin", origin: "entry-point", distribution: "my_plugin", file: "my_plugin.py" }],
      metadata: { name: "my_plugin", version: "0.1", summary: "A good description of my plugin" },
    });
    expect(plugin.metadata.description).toContain("# my_plugin");
    expect(plugin.facts["my_plugin.py"]!.functions).toEqual(["load_config"]);
  });

  it("may keep its modules below src", () => {
    const root = tree({
      "pyproject.toml": '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "deep"\nversion = "1"\n[project.entry-points."kalico.plugins"]\ndeep = "deep.inner:thing"\nlost = "nowhere"',
      "src/deep/__init__.py": "", "src/deep/inner.py": `from . import other\n${LOAD}`, "src/deep/other.py": "", "tests/test_deep.py": LOAD,
    });
    const plugin = readPythonPlugin(root);
    expect(plugin.importPaths).toEqual([join(root, "src")]);
    expect(plugin.modules.map((m) => [m.name, m.module, m.problem !== undefined])).toEqual([["deep", "deep.inner", false], ["lost", "nowhere", true]]);
    expect(plugin.files).toEqual(["src/deep/__init__.py", "src/deep/inner.py", "src/deep/other.py"]);
  });

  it("names the line of broken TOML", () => {
    expect(() => readPythonPlugin(tree({ "pyproject.toml": "[project\n" }))).toThrow(BadProject);
  });

  it("is judged as dropped into extras when pyproject.toml is for development only", () => {
    const root = tree({ "pyproject.toml": "[tool.ruff]\nline-length = 80", "extras/thing.py": LOAD });
    expect(readPythonPlugin(root)).toMatchObject({ kind: "repository", extrasPaths: [join(root, "extras")], modules: [{ name: "thing", module: "klippy.extras.thing" }] });
  });

  it("described by setup.py is read, not run", () => {
    const root = tree({ "setup.py": 'import sys\nfrom setuptools import setup\nsys.exit("run!")\nsetup(name="old", version="2", entry_points={"kalico.plugins": ["old = old"]}, py_modules=["old"])', "old.py": LOAD });
    expect(readPythonPlugin(root)).toMatchObject({ metadata: { name: "old", version: "2" }, modules: [{ name: "old", origin: "entry-point", file: "old.py" }] });
  });
});

describe("a repository without packaging", () => {
  it("has every module with a load function, and their neighbours for import", () => {
    const root = tree({
      "klippy/extras/one.py": `from . import shared\nimport numpy_that_is_not_there\n${LOAD}`, "klippy/extras/shared.py": "", "klippy/plugins/two.py": "def load_config_prefix(config): pass",
      "klippy/extras/pack/__init__.py": "from .core import load_config", "klippy/extras/pack/core.py": LOAD, "tests/three.py": LOAD, "install.sh": "",
    });
    const plugin = readPythonPlugin(root);
    expect(plugin.kind).toBe("repository");
    expect(plugin.modules.map((m) => m.module).sort()).toEqual(["klippy.extras.one", "klippy.extras.pack", "klippy.plugins.two"]);
    expect(plugin.files).toEqual(["klippy/extras/one.py", "klippy/extras/pack/__init__.py", "klippy/extras/pack/core.py", "klippy/extras/shared.py", "klippy/plugins/two.py"]);
    expect(plugin.missing).toEqual([{ module: "numpy_that_is_not_there", file: "klippy/extras/one.py", line: 2 }]);
  });

  it("without any load function is none", () => {
    expect(() => readPythonPlugin(tree({ "a.py": "x = 1" }))).toThrow(NoPythonPlugin);
  });
});

describe("a single file or package directory", () => {
  it("is a module of extras, or of plugins when it lies in a folder of that name", () => {
    const root = tree({ "one.py": `"""Does one thing."""\n${LOAD}`, "plugins/two/__init__.py": LOAD, "unrelated.py": "(" });
    expect(readPythonPlugin(join(root, "one.py"))).toMatchObject({ kind: "file", modules: [{ name: "one", module: "klippy.extras.one" }], extrasPaths: [root], files: ["one.py"], metadata: { name: "one", version: null, summary: "Does one thing." } });
    expect(readPythonPlugin(join(root, "plugins/two"))).toMatchObject({ kind: "directory", modules: [{ name: "two", module: "klippy.plugins.two" }], pluginsPaths: [join(root, "plugins")] });
  });

  it("comes with the modules beside it that it imports and that have sections of their own", () => {
    const root = tree({ "tune.py": `from . import motors, helper\n${LOAD}`, "motors.py": LOAD, "helper.py": "x = 1", "stranger.py": LOAD });
    expect(readPythonPlugin(join(root, "tune.py"))).toMatchObject({
      modules: [{ name: "tune", module: "klippy.extras.tune" }, { name: "motors", module: "klippy.extras.motors", file: "motors.py" }], files: ["helper.py", "motors.py", "tune.py"],
    });
  });

  it("of which a guarded or lazy import is missing is not called incomplete", () => {
    const root = tree({ "one.py": `try:\n    import absent_a\nexcept ImportError:\n    absent_a = None\nimport mcu, klippy.gcode, json\ndef f():\n    import absent_b\n${LOAD}` });
    expect(readPythonPlugin(join(root, "one.py")).missing).toEqual([]);
  });

  it("has a digest that depends on contents only", () => {
    const [a, b, c] = [tree({ "one.py": LOAD }), tree({ "one.py": LOAD }), tree({ "one.py": `${LOAD}\n` })].map((root) => readPythonPlugin(join(root, "one.py")).digest);
    expect(a).toBe(b);
    expect(a).not.toBe(c);
  });
});

describe("what is for Python", () => {
  it("leaves TypeScript packages alone", () => {
    expect(isPythonPlugin(tree({ "package.json": "{}", "tools/x.py": "" }))).toBe(false);
    expect(isPythonPlugin(tree({ "package.json": "{}", "pyproject.toml": "" }))).toBe(true);
    expect(isPythonPlugin("x.js")).toBe(false);
    expect(isPythonPlugin("my-plugin")).toBe(true);
  });
});

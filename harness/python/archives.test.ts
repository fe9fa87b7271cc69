/** Wheels, sdists and installed distributions: what is read of them, and archives that are refused. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { judgeRule } from "../../conformance/judge.js";
import { pythonPackageRules } from "../../conformance/rules/python-package.js";
import { sampleCertification } from "../testing/sample-certification.js";
import { buildWheel } from "./build-wheel.js";
import { findPython, PythonUnavailable } from "./find-python.js";
import { installRequirements } from "./install-dependencies.js";
import { packageEvidence } from "./package-evidence.js";
import type { PythonPluginSource } from "./plugin-source.js";
import { askPython } from "./python-script.js";
import { NoPythonPlugin, readPythonPlugin } from "./read-plugin.js";

// Environments and builds take their time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const EXAMPLE = fileURLToPath(new URL("../../plugins-under-test/python/my_plugin", import.meta.url));
const PACK = fileURLToPath(new URL("../testing/pack_distribution.py", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "archives-"));
afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

const python = findPython();
execFileSync(python.executable, [PACK, EXAMPLE, scratch]);
const [WHEEL, SDIST] = [join(scratch, "my_plugin-0.1-py3-none-any.whl"), join(scratch, "my_plugin-0.1.tar.gz")];

/** Makes an archive with Python. */
function archive(name: string, code: string): string {
  const path = join(scratch, name);
  execFileSync(python.executable, ["-c", `import io, sys, tarfile, zipfile\npath = sys.argv[1]\n${code}`, path]);
  return path;
}

function findings(source: PythonPluginSource): string[] {
  const { evidence } = sampleCertification();
  const judgedEvidence = { ...evidence, pythonPackage: packageEvidence(source)!, plugin: { ...evidence.plugin, exports: {} } };
  return pythonPackageRules.map((rule) => judgeRule(rule, judgedEvidence)).filter(({ verdict }) => verdict !== "pass").map((r) => `${r.id} ${r.reason} ${r.findings.map((f) => f.message).join()}`);
}

describe("the example of the guide", () => {
  const tree = readPythonPlugin(EXAMPLE);

  it.each([["wheel", WHEEL], ["sdist", SDIST]] as const)("as a %s says the same as its tree", (kind, path) => {
    const plugin = readPythonPlugin(path);
    expect({ ...plugin.metadata, description: plugin.metadata.description.trim() }).toEqual({ ...tree.metadata, description: tree.metadata.description.trim() });
    expect(plugin).toMatchObject({ kind, modules: tree.modules, files: tree.files, missing: [], facts: tree.facts });
    expect(findings(plugin)).toEqual([]);
  });

  it("is found by its name where it is installed, and nowhere else", () => {
    const environment = join(scratch, "venv");
    execFileSync(python.executable, ["-m", "venv", "--without-pip", environment]);
    expect(() => readPythonPlugin("my-plugin", { python: environment })).toThrow(/neither a path nor installed.*no installed distribution has entry points/);
    const site = execFileSync(findPython(environment).executable, ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], { encoding: "utf8" }).trim();
    execFileSync(python.executable, ["-m", "zipfile", "-e", WHEEL, site]);
    const plugin = readPythonPlugin("my-plugin", { python: environment });
    expect(plugin).toMatchObject({ kind: "installed", modules: tree.modules, files: tree.files, metadata: { name: "my_plugin", version: "0.1", summary: tree.metadata.summary } });
    expect(findings(plugin)).toEqual([]);
    expect(readPythonPlugin(EXAMPLE, { python: environment }).others).toEqual([]);
  });

  it("builds where the tools are, and says why where they are not", () => {
    const built = buildWheel(EXAMPLE, { executable: python.executable, network: false });
    if ("reason" in built) expect(built.reason).toMatch(/no wheel/);
    else expect(findings(readPythonPlugin(EXAMPLE, { build: true }))).toEqual([]);
    expect(readdirSync(EXAMPLE).sort()).toEqual(["my_plugin.py", "printer.cfg", "pyproject.toml", "readme.md"]);
  });
});

describe("an archive", () => {
  it.each([
    ["a path out of it", "escape.whl", 'with zipfile.ZipFile(path, "w") as z: z.writestr("../../evil.py", "x")', 'the entry "../../evil.py" leads out of the archive'],
    ["an absolute path", "absolute.tar.gz", 'with tarfile.open(path, "w:gz") as t: t.addfile(tarfile.TarInfo("/etc/evil"), io.BytesIO())', 'the entry "/etc/evil" leads out'],
    ["damage", "broken.whl", 'open(path, "wb").write(b"PK\\3\\4 nothing")', "neither a zip nor a tar file"],
    ["no metadata", "empty.whl", 'with zipfile.ZipFile(path, "w") as z: z.writestr("a.py", "")', "has no .dist-info/METADATA"],
  ])("with %s is refused", (_what, name, code, message) => {
    const path = archive(name, code);
    const read = (): unknown => readPythonPlugin(path);
    expect(read).toThrow(NoPythonPlugin);
    expect(read).toThrow(message);
  });

  it("that unpacks to more than is allowed is refused, before the disk is full", () => {
    const bomb = archive("bomb.whl", 'with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:\n  for i in range(4): z.writestr("f%d" % i, b"\\0" * 100000)');
    const unpack = (limits: { bytes: number; files: number }): unknown => askPython(python.executable, "unpack", { archive: bomb, into: join(scratch, "bomb"), ...limits });
    expect(unpack({ bytes: 399_999, files: 4 })).toEqual({ error: "it unpacks to more bytes than are allowed" });
    expect(unpack({ bytes: 400_000, files: 3 })).toEqual({ error: "it holds more than 3 files" });
    expect(unpack({ bytes: 400_000, files: 4 })).toEqual({ skipped: [] });
  });

  it("has its links left out, and named", () => {
    const path = archive("links.tar.gz", [
      'with tarfile.open(path, "w:gz") as t:', '  link = tarfile.TarInfo("x/secret"); link.type = tarfile.SYMTYPE; link.linkname = "/etc/passwd"; t.addfile(link)',
      '  data = b"def load_config(config): pass"; entry = tarfile.TarInfo("x/thing.py"); entry.size = len(data); t.addfile(entry, io.BytesIO(data))',
    ].join("\n"));
    expect(readPythonPlugin(path).notes).toEqual(['"x/secret" of the archive is no plain file and is left out']);
  });
});

describe("CPython", () => {
  it("that does not exist, is too old, or is none is named with what to do", () => {
    expect(() => findPython(join(scratch, "nowhere"))).toThrow(PythonUnavailable);
    expect(() => findPython(scratch)).toThrow(/has no Python in it/);
    expect(() => findPython(undefined, [["no-python-of-this-name"]])).toThrow(/No Python found; Python plugins need CPython 3\.9 or later: install/);
    const old = join(scratch, "old-python");
    writeFileSync(old, "#!/bin/sh\nprintf '/usr/bin/python2\\nCPython\\n2.7.18\\n'\n", { mode: 0o755 });
    expect(() => findPython(old)).toThrow(/is Python 2\.7\.18; Python plugins need CPython 3\.9 or later/);
  });

  it("of an environment for requirements is separate, and says how it was made", () => {
    const made = installRequirements(python, []);
    expect(made.note).toMatch(/in an environment that is thrown away$/);
    expect(made.python.executable).not.toBe(python.executable);
  });

  it("without network says which requirements could not be installed", () => {
    const files = join(scratch, "wants");
    mkdirSync(files);
    writeFileSync(join(files, "wants.py"), "import there_is_no_such_thing\ndef load_config(config): pass\n");
    expect(readPythonPlugin(files).missing).toEqual([{ module: "there_is_no_such_thing", file: "wants.py", line: 1 }]);
  });
});

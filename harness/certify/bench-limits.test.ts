/** A whole certification of plugins whose trouble is the bench's: none of it is told as theirs. Runs on the built files. */
import { existsSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { rulesMatching } from "../../conformance/catalogue.js";
import { repositoryRoot, scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import type * as CertifyModule from "./certify.js";

const built = `${repositoryRoot}dist/harness/certify/certify.js`;
if (!existsSync(built)) throw new Error('Certification runs on built files: run "npm run build" first');
const { certify } = (await import(built)) as typeof CertifyModule;

let scratch: ScratchDirectory;
afterEach(() => scratch.remove());

const COMMAND = (body: string, imports = ""): string => `"""A plugin."""
${imports}

class Plugin:
    """Does one thing."""

    def __init__(self, config):
        config.get_printer().lookup_object("gcode").register_command("TRY_IT", self.try_it, desc="Try it")

    def try_it(self, gcmd):
        ${body}

def load_config(config):
    """Kalico's entry."""
    return Plugin(config)
`;

async function verdicts(files: Record<string, string>, rules: string): Promise<Record<string, string>> {
  scratch = scratchDirectory();
  for (const [name, text] of Object.entries(files)) scratch.write(`subject/${name}`, text);
  const { results } = await certify(`${scratch.path}/subject`, { effort: "quick", board: "atmega2560", seed: 1, python: "python3", rules: rulesMatching(rules) });
  return Object.fromEntries(results.map(({ id, verdict, reason }) => [id, verdict === "inconclusive" ? `${verdict}: ${reason}` : verdict]));
}

describe("what the bench brings about", { timeout: 120_000 }, () => {
  it("is no failure of a command that needs what is not installed, or may not be had here", async () => {
    const found = await verdicts({ "absent.py": COMMAND("import a_module_that_nobody_has") }, "GC-005");
    expect(found["GC-005"]).toMatch(/^inconclusive: cannot judge: needs a_module_that_nobody_has: install it/);
  });

  it("is no failure of a command that is refused a process; the process is one", async () => {
    const found = await verdicts({ "shell.py": COMMAND('os.popen("true").read()', "import os") }, "GC-005,SEC-002");
    expect(found).toMatchObject({ "GC-005": expect.stringMatching(/^inconclusive: .*no plugin have a process/) as string, "SEC-002": "fail" });
  });

  it("is no failure of determinism: a module that is imported in the first life only costs nothing there", async () => {
    const helper = "TABLE = [x * x % 97 for x in range(20000)]\nfor _ in range(2000):\n    TABLE.append(len(TABLE))\n";
    const plugin = `"""A plugin."""


def load_config(config):
    """Kalico's entry."""
    from .lazy_parts import helper
    return helper.TABLE and object()
`;
    expect(await verdicts({ "lazy.py": plugin, "lazy_parts/__init__.py": "", "lazy_parts/helper.py": helper }, "MOT-012")).toEqual({ "MOT-012": "pass" });
  });

  it("is no stop in a print that never began, for want of what this host does not offer", async () => {
    const plugin = `"""A plugin."""


def load_config(config):
    """Kalico's entry."""
    from klippy.extras.trad_rack import TradRack
    return TradRack
`;
    const found = await verdicts({ "racked.py": plugin }, "MOT-001,MOT-006");
    for (const id of ["MOT-001", "MOT-006"]) expect(found[id]).toMatch(/^inconclusive: cannot judge: .*TradRack is in Kalico, but not offered/);
  });

  it("is no side effect to look at a file while loading", async () => {
    const plugin = `"""A plugin."""
import os

with open(__file__) as stream:
    LINES = len(stream.readlines())


class Plugin:
    """Reads itself."""

    def __init__(self, config):
        self.known = os.path.exists(os.path.expanduser("~/printer_data")) or LINES


def load_config(config):
    """Kalico's entry."""
    return Plugin(config)
`;
    expect(await verdicts({ "looks.py": plugin }, "LOAD-002,LOAD-012")).toEqual({ "LOAD-002": "pass", "LOAD-012": "pass" });
  });
});

/** The loader through the command line: order, collisions, overrides, failures of import, and traps in both modes. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BASE_PRINTER } from "../certify/base-printer.js";
import { runCommandLine, type CommandOutcome } from "../testing/command-line.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";
import { EXIT } from "./exit-codes.js";

vi.setConfig({ testTimeout: 180_000 });

let scratch: ScratchDirectory;
const kalicoHil = (...args: string[]): Promise<CommandOutcome> => runCommandLine(args, scratch.path);

/** A module that says its name when it is imported, and where it comes from on WHO_<name>. */
const speaker = (name: string, from: string): string => `
print("import ${name} from ${from}")


class Speaker:
    def __init__(self, config):
        config.get_printer().lookup_object("gcode").register_command("WHO", lambda gcmd: gcmd.respond_info("${name} from ${from}"), desc="Says who it is")


def load_config(config):
    return Speaker(config)
`;

const project = (name: string, points: Record<string, string>): string => `[project]
name = "${name}"
version = "1.0"
[project.entry-points."kalico.plugins"]
${Object.entries(points).map(([point, value]) => `"${point}" = "${value}"`).join("\n")}
`;

/** A distribution with one module of its own name, under the given entry points. */
function distribution(name: string, points: Record<string, string>): void {
  scratch.write(`${name}/pyproject.toml`, project(name, points));
  scratch.write(`${name}/${name}.py`, speaker(name, "its distribution"));
}

/** Runs WHO on a printer with these further sections and plugins. */
const run = (sections: string, plugins: readonly string[], ...more: string[]): Promise<CommandOutcome> => {
  scratch.write("printer.cfg", `${BASE_PRINTER}\n${sections}`);
  return kalicoHil("run", "printer.cfg", "--gcode", "who.gcode", "-v", ...plugins.flatMap((plugin) => ["--plugin", plugin]), ...more);
};

beforeAll(() => {
  scratch = scratchDirectory();
  scratch.write("who.gcode", "WHO\n");
  for (const name of ["zeta", "alpha"]) scratch.write(`drop/extras/${name}.py`, speaker(name, "extras"));
  for (const name of ["omega", "beta", "idle_timeout"]) scratch.write(`drop/plugins/${name}.py`, speaker(name, "plugins"));
  scratch.write("drop/plugins/broken.py", 'raise ValueError("no luck today")\n');
  distribution("one", { one: "one" });
  distribution("takes_fan", { idle_timeout: "takes_fan" });
  distribution("first_twin", { twin: "first_twin" });
  distribution("second_twin", { twin: "second_twin" });
  scratch.write("other_name/pyproject.toml", project("a-name-of-its-own", { other: "other_name" }));
  scratch.write("other_name/other_name.py", speaker("other", "its distribution"));
});
afterAll(() => scratch.remove());

describe("modules", () => {
  it("are imported extras first, then the plugins directory, both by name, then entry points, configured or not", async () => {
    const { code, stdout } = await run("[beta]\n", ["one", "drop/plugins/omega.py", "drop/extras/zeta.py", "drop/plugins/beta.py", "drop/extras/alpha.py"]);
    expect(stdout.split("\n").filter((line) => line.startsWith("import "))).toEqual(["import alpha from extras", "import zeta from extras", "import beta from plugins", "import omega from plugins", "import one from its distribution"]);
    expect(stdout).toContain("beta from plugins");
    expect(code).toBe(EXIT.conforming);
  });

  it("of the plugins directory end the start when Kalico has one of that name, unless overriding is allowed", async () => {
    const refused = await run("[idle_timeout]\n", ["drop/plugins/idle_timeout.py"]);
    expect(refused.stdout).toContain("Module 'idle_timeout' found in both extras and plugins!");
    expect(refused.code).toBe(EXIT.notConforming);
    const allowed = await run("[idle_timeout]\n[danger_options]\nallow_plugin_override: True\n", ["drop/plugins/idle_timeout.py"]);
    expect(allowed.stdout).toContain("idle_timeout from plugins");
    expect(allowed.code).toBe(EXIT.conforming);
  });

  it("of an entry point likewise, by the name of its distribution, also when no section asks for them", async () => {
    const { code, stdout } = await run("", ["takes_fan"]);
    expect(stdout).toContain("Module idle_timeout found in both extras and plugin takes_fan (v1.0)");
    expect(code).toBe(EXIT.notConforming);
  });

  it("that cannot be imported fail the start only when a section wants them", async () => {
    const unused = await run("[one]\n", ["one", "drop/plugins/broken.py"]);
    expect(unused.stdout).toContain("no luck today");
    expect(unused.code).toBe(EXIT.conforming);
    const used = await run("[broken]\n", ["drop/plugins/broken.py"]);
    expect(used.stdout).toContain("Internal error during connect: no luck today");
    expect(used.code).toBe(EXIT.notConforming);
  });
});

describe("the traps of the loader", () => {
  it("take the last of two distributions with one entry point; strict says so", async () => {
    const silent = await run("[twin]\n", ["first_twin", "second_twin"]);
    expect(silent.stdout).toContain("second_twin from its distribution");
    expect(silent.stdout).not.toContain("trap:");
    const told = await run("[twin]\n", ["first_twin", "second_twin"], "--loader", "strict");
    expect(told.stdout).toContain("trap: Entry point 'twin' is declared by first_twin and second_twin");
    expect(told.code).toBe(EXIT.conforming);
  });

  it("end the host before it has a printer, when an entry point is not called like its distribution; strict goes on", async () => {
    const ended = await run("[other]\n", ["other_name"]);
    expect(ended.stdout).toContain("PackageNotFoundError: No package metadata was found for other_name");
    expect(ended.code).toBe(EXIT.notConforming);
    const told = await run("[other]\n", ["other_name"], "--loader", "strict");
    expect(told.stdout).toContain("trap: No package metadata was found for other_name");
    expect(told.stdout).toContain("other from its distribution");
    expect(told.code).toBe(EXIT.conforming);
  });

  it("are findings of certify, which with Kalico's loader springs them instead", async () => {
    const rules = ["--effort", "quick", "--rules", "PKG-002,LOAD-001,LOAD-005", "-v"];
    const strict = await kalicoHil("certify", "other_name", ...rules);
    expect(strict.stdout).toMatch(/FAIL {2}PKG-002/);
    expect(strict.stdout).toMatch(/pass {2}LOAD-001/);
    const kalico = await kalicoHil("certify", "other_name", ...rules, "--loader", "kalico");
    expect(kalico.stdout).toMatch(/n\/a {3}PKG-002/);
    expect(kalico.stdout).toMatch(/FAIL {2}LOAD-001/);
    expect(kalico.stdout).toContain("PackageNotFoundError: No package metadata was found for other_name");
    expect([strict.code, kalico.code]).toEqual([EXIT.notConforming, EXIT.notConforming]);
  });

  it("include a dropped file that takes a name of Kalico's", async () => {
    const strict = await kalicoHil("certify", "drop/plugins/idle_timeout.py", "--effort", "quick", "--rules", "PKG-005,LOAD-005");
    expect(strict.stdout).toContain('module "idle_timeout" collides with Kalico\'s own module of that name');
    expect(strict.stdout).toMatch(/pass {2}LOAD-005/);
    const kalico = await kalicoHil("certify", "drop/plugins/idle_timeout.py", "--effort", "quick", "--rules", "PKG-005,LOAD-005", "--loader", "kalico");
    expect(kalico.stdout).toContain("found in both extras and plugins!");
  });

  it("are of two modes", async () => {
    const { code, stderr } = await kalicoHil("certify", "other_name", "--loader", "mild");
    expect(stderr).toContain('Option --loader must be one of kalico, strict, found "mild"');
    expect(code).toBe(EXIT.usage);
  });
});

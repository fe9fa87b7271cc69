/** Plugins written into a temporary directory, for tests that need one with a known flaw. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const repositoryRoot = fileURLToPath(new URL("../../", import.meta.url));

export interface ScratchDirectory {
  path: string;
  /** Writes a file below the directory; returns its path. */
  write(name: string, text: string): string;
  /** Makes `kalico-hil` and `vitest` importable, as installed packages are. */
  installHarness(): void;
  remove(): void;
}

export function scratchDirectory(): ScratchDirectory {
  const path = mkdtempSync(join(tmpdir(), "kalico-hil-test-"));
  return {
    path,
    write(name, text) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    installHarness() {
      const modules = join(path, "node_modules");
      mkdirSync(modules);
      symlinkSync(repositoryRoot, join(modules, "kalico-hil"));
      symlinkSync(join(repositoryRoot, "node_modules", "vitest"), join(modules, "vitest"));
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** A single-file plugin whose status holds NaN and whose ready handler is missing. */
export const NAN_PLUGIN = `class Level {
  constructor(config) {
    this.scale = config.getFloat("scale", { default: 1 });
  }
  getStatus(_eventTime) {
    return { level: Number.NaN };
  }
}
export const loadConfig = (config) => new Level(config);
`;

/** A single-file plugin that keeps every rule. */
export const GOOD_PLUGIN = NAN_PLUGIN.replace("Number.NaN", "this.scale");

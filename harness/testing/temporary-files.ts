/**
 * One directory for everything that a test run writes: TMPDIR of the workers and of what they start, removed when the run is over.
 * Workers are ended without their exit handlers, so tests that clean up by themselves at exit would leave litter.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export default function setup(): () => void {
  const before = process.env["TMPDIR"];
  const directory = mkdtempSync(join(tmpdir(), "khil-tests-"));
  process.env["TMPDIR"] = directory;
  return () => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    rmSync(directory, { recursive: true, force: true });
  };
}

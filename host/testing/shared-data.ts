/**
 * Finds the reference data (recorded step streams and conversations) that lies beside a checkout.
 * Tests that need it are skipped, with a message, where it does not exist.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Absolute path of a file in `../shared`, or undefined where the reference data is not at hand. */
export function sharedPath(relative: string): string | undefined {
  const path = fileURLToPath(new URL(`../../../shared/${relative}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}

/** Title suffix that tells why a test was skipped. */
export function sharedNote(path: string | undefined): string {
  return path === undefined ? " (skipped: needs the reference data in ../shared)" : "";
}

/** Finds the plugin's own line in a stack trace. */
import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourcePlace } from "../../conformance/evidence.js";

/** First frame of the stack that lies below `root`, relative to it. */
export function placeInStack(stack: string | undefined, root: string): SourcePlace | undefined {
  for (const line of (stack ?? "").split("\n")) {
    const match = /((?:file:\/\/)?\/[^\s()]+?):(\d+):\d+\)?$/.exec(line.trim());
    if (match === null) continue;
    const path = match[1]!.startsWith("file:") ? fileURLToPath(match[1]!) : match[1]!;
    if (path.startsWith(root) && !path.includes("/node_modules/kalico-hil/")) return { file: relative(root, path) || basename(path), line: Number(match[2]) };
  }
  return undefined;
}

let foreignPlace: (() => SourcePlace | undefined) | undefined;

/** Asks `place` instead of the JavaScript stack: for a plugin that runs in an interpreter of its own. */
export function setForeignPlace(place: () => SourcePlace | undefined): void {
  foreignPlace = place;
}

/** Where the plugin is right now. */
export function currentPlace(root: string): SourcePlace | undefined {
  if (foreignPlace !== undefined) return foreignPlace();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const place = placeInStack(new Error().stack, root);
  Error.stackTraceLimit = limit;
  return place;
}

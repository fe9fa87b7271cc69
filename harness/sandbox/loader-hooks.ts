/**
 * Module hooks (they run in Node's loader thread): sources below the plugin's roots get gas counters,
 * everything else is loaded as usual. Registered by `registerInstrumentation`.
 */
import { fileURLToPath } from "node:url";
import { readFileSync } from "node:fs";
import { instrument } from "./instrument.js";

let roots: string[] = [];

interface LoadResult { format: string | null | undefined; source: string | ArrayBuffer | Uint8Array | null | undefined; shortCircuit?: boolean }

export function initialize(data: { roots: string[] }): void {
  roots = data.roots;
}

export async function load(url: string, context: object, nextLoad: (url: string, context: object) => Promise<LoadResult>): Promise<LoadResult> {
  const result = await nextLoad(url, context);
  if (!url.startsWith("file:")) return result;
  const path = fileURLToPath(url);
  if (!roots.some((root) => path === root || path.startsWith(root))) return result;
  if (result.format !== "module" && result.format !== "commonjs") return result;
  const source = result.source === null || result.source === undefined ? readFileSync(path, "utf8") : typeof result.source === "string" ? result.source : Buffer.from(result.source as Uint8Array).toString("utf8");
  return { ...result, source: instrument(source) };
}

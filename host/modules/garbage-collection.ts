/** `[garbage_collection]`: in Kalico it freezes Python's collector; here there is nothing to do and no status. */
import type { ConfigSection } from "../heaters/host-types.js";

export class GarbageCollection {}

export function loadConfig(_config: ConfigSection): GarbageCollection {
  return new GarbageCollection();
}

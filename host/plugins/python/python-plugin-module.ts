/** A module of a Python plugin before its import: what discovery hands to the Python host. */
import type { ImportedPlugin } from "../load-plugins.js";

/** A Python module to import, already found. */
export interface PythonPluginModule {
  /** First word of the sections that it serves. */
  name: string;
  /** Import name, e.g. "my_plugin" or "klippy.plugins.my_plugin". */
  module: string;
  origin: "entry-point" | "plugins" | "extras";
  metadata?: ImportedPlugin["metadata"];
  /** Why it cannot be imported. */
  problem?: string;
}

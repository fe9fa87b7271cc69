/** One Python module as the host takes a plugin: its exports are functions that call into Python. */
import type { ImportedPlugin } from "../load-plugins.js";
import type { PythonBridge } from "./bridge.js";
import { PythonDied } from "./python-process.js";
import type { PythonPluginModule } from "./python-plugin-module.js";

const EXPORTS = [["load_config", "loadConfig"], ["load_config_prefix", "loadConfigPrefix"], ["register_components", "registerComponents"]] as const;

/** Imports a module; what the import raises is kept. @throws PythonDied */
export function importPythonModule(bridge: PythonBridge, control: number, found: PythonPluginModule): ImportedPlugin {
  const { name, module, metadata } = found;
  const plugin: ImportedPlugin = { name, origin: found.origin === "entry-point" ? "entry-point" : "plugins", file: "", directory: "", metadata };
  if (found.problem !== undefined) return { ...plugin, error: new Error(found.problem) };
  try {
    const loaded = bridge.call(control, "load", [module]) as { file: string | null; exports: Record<string, unknown> };
    const exports: Record<string, unknown> = {};
    for (const [python, ours] of EXPORTS) if (python in loaded.exports) exports[ours] = loaded.exports[python];
    return { ...plugin, file: loaded.file ?? "", exports };
  } catch (error) {
    if (error instanceof PythonDied) throw error;
    return { ...plugin, error };
  }
}

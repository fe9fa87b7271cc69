/** Components that modules offer to subsystems, e.g. sensors to a probe: one name, one component. */
import { ConfigError } from "../errors.js";
import type { ComponentCollector } from "./module-table.js";

/** The components of all subsystems of one printer. */
export class ComponentCollection implements ComponentCollector {
  readonly #subsystems = new Map<string, Map<string, unknown>>();

  /** The live map of a subsystem; an unknown one is created empty. */
  getComponents(subsystem: string): Map<string, unknown> {
    let components = this.#subsystems.get(subsystem);
    if (components === undefined) {
      components = new Map();
      this.#subsystems.set(subsystem, components);
    }
    return components;
  }

  registerComponent(subsystem: string, name: string, component: unknown): void {
    const components = this.getComponents(subsystem);
    if (components.has(name)) throw new ConfigError(`Component '${subsystem}:${name}' is already registered`);
    components.set(name, component);
  }
}

/**
 * Today's loader of plugins, and what it does with a plugin: `--loader kalico` lets its traps spring, `--loader strict` names them.
 * Described plugins → modules as the rules of discovery see them. Only entry points of Python distributions have traps of metadata.
 */
import { discoveryTraps, LOADERS, metadataFailure, type DiscoveredModule, type DiscoveryTrap, type Loader } from "../../host/printer/discovery-rules.js";
import type { DescribedPlugin } from "../certify/described-plugin.js";

export { LOADERS, type Loader };

const entryPoints = ({ python }: DescribedPlugin): DiscoveredModule[] => (python?.package?.entryPoints ?? []).map(({ name, value }) => ({
  name, value, origin: "entry-point", distribution: { name: python!.package!.name, version: python!.package!.version },
}));

const distributions = (plugins: readonly DescribedPlugin[]): string[] => plugins.flatMap(({ python }) => (python?.package === undefined ? [] : [python.package.name]));

/** What ends Kalico at its start with these plugins installed; undefined when it comes up. */
export function endsTheStart(plugins: readonly DescribedPlugin[]): string | undefined {
  const failure = metadataFailure(plugins.flatMap(entryPoints), distributions(plugins));
  return failure === undefined ? undefined : `PackageNotFoundError: ${failure.message}`;
}

/** Every trap that these plugins hold together. */
export const trapsOf = (plugins: readonly DescribedPlugin[]): DiscoveryTrap[] => discoveryTraps(plugins.flatMap(entryPoints), distributions(plugins));

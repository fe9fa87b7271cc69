/**
 * The whole host: wires the stages into a printer. In: a reactor, start arguments with ports, imported
 * plugins. Out: a printer that runs when its reactor is driven. The one place that knows all stages.
 */
import { addWebhooks } from "./api/webhooks.js";
import { addGcodeObjects } from "./gcode/early-objects.js";
import { addMcus, addPins } from "./mcu/printer-mcus.js";
import { builtinModules } from "./modules/index.js";
import { addPrinterObjects } from "./motion/add-printer-objects.js";
import type { HostObserver } from "./observer.js";
import { moduleEntry, type ImportedPlugin } from "./plugins/load-plugins.js";
import { ModuleTable } from "./printer/module-table.js";
import { Printer, type StartArgs } from "./printer/printer.js";
import type { Reactor } from "./reactor/reactor.js";

export interface HostOptions {
  reactor: Reactor;
  startArgs: StartArgs;
  /** Plugins after their import, in the order of discovery. */
  plugins?: readonly ImportedPlugin[];
  observer?: HostObserver;
  /** All that passes between plugins and host goes through a membrane and is reported to the observer. */
  watchPlugins?: boolean;
}

/** Makes one run of the host; `printer.run()` starts it. */
export function createHost({ reactor, startArgs, plugins = [], observer = {}, watchPlugins = false }: HostOptions): Printer {
  const modules = new ModuleTable(builtinModules);
  const membrane = watchPlugins ? { observer, now: () => reactor.monotonic() } : undefined;
  modules.add(...plugins.map((plugin) => moduleEntry(plugin, membrane)));
  return new Printer({
    reactor,
    startArgs: { ...startArgs, plugins: modules.plugins() },
    modules,
    observer,
    stages: {
      early: [addGcodeObjects, addWebhooks],
      beforeSections: [(config) => addPins(config), (config) => addMcus(config)],
      afterSections: [(config) => addPrinterObjects(config.getSection("printer"))],
    },
  });
}

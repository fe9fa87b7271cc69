/** The example of "Developing Plugins": a value from the configuration, published for macros and front ends. */
import type { Config, Printer } from "kalico-hil";

export class MyPlugin {
  readonly printer: Printer;
  readonly value: string;

  constructor(config: Config) {
    this.printer = config.getPrinter();
    this.value = config.get("value")!;
  }

  /** If defined, getStatus is used to share information with other parts of the host. */
  getStatus(_eventTime?: number): { value: string } {
    // In templates, `{printer.my_plugin.value}` will be available.
    return { value: this.value };
  }
}

/** Makes an instance of MyPlugin when loaded as [my_plugin]. */
export function loadConfig(config: Config): MyPlugin {
  return new MyPlugin(config);
}

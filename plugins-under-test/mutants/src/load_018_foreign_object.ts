/** Breaks LOAD-018: publishes an object under a foreign name. */
export function loadConfig(config: any) {
  const printer = config.getPrinter();
  printer.addObject("somebody_elses_name", { getStatus() { return {}; } });
  return { getStatus() { return {}; } };
}

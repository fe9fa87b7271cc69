/** Breaks LOAD-017: asks for its own section while it is loaded. */
let loading = false;

export function loadConfig(config: any) {
  const printer = config.getPrinter();
  if (!loading) {
    loading = true;
    printer.loadObject(config, "load_017_loads_itself");
    loading = false;
  }
  return { getStatus() { return {}; } };
}

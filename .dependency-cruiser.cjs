/** Layer directions of ARCHITECTURE.md §3: every rule here is a sentence there. */
const only = (name, from, allowed) => ({
  name, severity: "error", from: { path: from, pathNot: "\\.(test|bench)\\.ts$" }, to: { path: "^(host|sim-mcu|conformance|harness|plugins-under-test)/", pathNot: allowed },
});
module.exports = {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    only("host-imports-no-other-layer", "^host/", "^host/"),
    only("sim-mcu-takes-only-wire-and-units", "^sim-mcu/", "^(sim-mcu/|host/(wire|units|testing)/)"),
    only("conformance-judges-evidence-only", "^conformance/", "^(conformance/|sim-mcu/trace/|host/(wire|units|testing)/)"),
    only("wire-and-units-are-leaves", "^host/(wire|units)/", "^host/(wire|units)/"),
    only("transport-is-below-mcu", "^host/transport/", "^host/(transport|wire|units|reactor|errors|observer)"),
    only("mcu-is-below-steps", "^host/mcu/", "^host/(mcu|transport|wire|units|reactor|config|printer|errors|observer|steps/step-row-fifo)"),
    only("steps-are-below-motion", "^host/steps/", "^host/(steps|mcu|transport|wire|units|reactor|errors)"),
    only("motion-is-below-gcode", "^host/motion/", "^host/(motion|steps|mcu|transport|wire|units|reactor|config|printer|errors|observer)"),
    only("services-import-no-stage", "^host/(reactor|config|printer)/", "^host/(reactor|config|printer|units|errors|observer)"),
    { name: "no-undeclared-package", severity: "error", from: { pathNot: "(\\.(test|bench)\\.ts|vitest|^harness/testing/)" }, to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] } },
    { name: "unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: { enhancedResolveOptions: { conditionNames: ["import", "require", "node", "default", "types"], exportsFields: ["exports"] }, tsConfig: { fileName: "tsconfig.json" }, tsPreCompilationDeps: true, doNotFollow: { path: "node_modules" }, exclude: "(^|/)dist/" },
};

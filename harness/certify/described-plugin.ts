/** What certification knows of a plugin before anything of it has run, whatever its language. */
import type { PackageEvidence } from "../../conformance/evidence.js";
import type { PythonPackageEvidence } from "../../conformance/python-package.js";
import type { PluginLocation } from "../runner/messages.js";

export interface DescribedPlugin {
  location: PluginLocation;
  form: PackageEvidence["form"];
  manifestProblems: PackageEvidence["manifestProblems"];
  /** Declared capabilities (package.json#kalico.capabilities). */
  capabilities: string[];
  /** printer.cfg and exercise.gcode that the package brings. */
  printerConfig?: string;
  exercise?: string[];
  /** Of Python plugins: what goes into the evidence beside location and form. */
  python?: { missing: NonNullable<PackageEvidence["missing"]>; documentation: string; package?: PythonPackageEvidence; /** What was decided while reading the plugin. */ notes: string[] };
}

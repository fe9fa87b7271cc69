/** `[probe]`: a probe that is a switch on a pin. */
import type { ConfigSection } from "../../heaters/host-types.js";
import { PrinterProbe } from "./printer-probe.js";
import { ProbeEndstopWrapper } from "./probe-endstop.js";

export function loadConfig(config: ConfigSection): PrinterProbe {
  return new PrinterProbe(config, new ProbeEndstopWrapper(config));
}

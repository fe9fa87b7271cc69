/** The kinematics that `[printer] kinematics:` can name. To add one: a file with `loadKinematics`, and a line in the table. */
import type { ConfigSection } from "../../config/config-section.js";
import { ConfigError } from "../../errors.js";
import type { Kinematics, LoadKinematics, Toolhead } from "../surface.js";
import * as cartesian from "./cartesian.js";
import * as corexy from "./corexy.js";
import * as corexz from "./corexz.js";
import * as delta from "./delta.js";
import * as deltesian from "./deltesian.js";
import * as hybridCorexy from "./hybrid-corexy.js";
import * as hybridCorexz from "./hybrid-corexz.js";
import * as limitedCartesian from "./limited-cartesian.js";
import * as limitedCorexy from "./limited-corexy.js";
import * as limitedCorexz from "./limited-corexz.js";
import * as none from "./none.js";
import * as polar from "./polar.js";
import * as rotaryDelta from "./rotary-delta.js";
import * as winch from "./winch.js";

export const kinematicsTable: ReadonlyMap<string, LoadKinematics> = new Map([
  ["cartesian", cartesian.loadKinematics],
  ["corexy", corexy.loadKinematics],
  ["corexz", corexz.loadKinematics],
  ["delta", delta.loadKinematics],
  ["deltesian", deltesian.loadKinematics],
  ["hybrid_corexy", hybridCorexy.loadKinematics],
  ["hybrid_corexz", hybridCorexz.loadKinematics],
  ["limited_cartesian", limitedCartesian.loadKinematics],
  ["limited_corexy", limitedCorexy.loadKinematics],
  ["limited_corexz", limitedCorexz.loadKinematics],
  ["none", none.loadKinematics],
  ["polar", polar.loadKinematics],
  ["rotary_delta", rotaryDelta.loadKinematics],
  ["winch", winch.loadKinematics],
]);

/** Makes the kinematics that the section [printer] names. @throws ConfigError; the reason for other failures is in the log only */
export function loadKinematics(toolhead: Toolhead, config: ConfigSection): Kinematics {
  const name = config.get("kinematics");
  let kin: Kinematics;
  try {
    const load = kinematicsTable.get(name);
    if (load === undefined) throw new Error(`No kinematics "${name}": choose one of ${[...kinematicsTable.keys()].join(", ")}`);
    kin = load(toolhead, config);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const message = `Error loading kinematics '${name}'`;
    toolhead.printer.log("error", message, error);
    throw new ConfigError(message, { section: "printer", option: "kinematics" });
  }
  if (config.hasSection("dual_carriage") && !kin.supportsDualCarriage) {
    throw new ConfigError(`dual_carriage not compatible with '${name}' kinematics system`);
  }
  return kin;
}

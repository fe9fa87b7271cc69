/** The kinematics that `[printer] kinematics:` can name. */
import * as cartesian from "./cartesian.js";
import * as corexy from "./corexy.js";
import type { LoadKinematics } from "./kinematics.js";
import * as none from "./none.js";

export const kinematicsTable: ReadonlyMap<string, LoadKinematics> = new Map([
  ["cartesian", cartesian.loadKinematics],
  ["corexy", corexy.loadKinematics],
  ["none", none.loadKinematics],
]);

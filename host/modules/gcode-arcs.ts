/** `[gcode_arcs]`: G2 and G3, arcs in the plane chosen by G17, G18 or G19, as G1 moves of about `resolution` mm. */
import type { ConfigSection } from "../config/config-section.js";
import type { GCodeDispatch } from "../gcode/dispatch.js";
import type { GCodeCommand } from "../gcode/gcode-command.js";
import { arcPoints, type Arc, type ArcPlane } from "./arc-path.js";
import type { GCodeMove } from "./gcode-move.js";

/** A plane and the parameters that tell the way to the centre in it. */
type CommandPlane = ArcPlane & { readonly parameters: readonly [string, string] };

const PLANE_XY: CommandPlane = { first: 0, second: 1, along: 2, parameters: ["I", "J"] };
const PLANE_XZ: CommandPlane = { first: 0, second: 2, along: 1, parameters: ["I", "K"] };
const PLANE_YZ: CommandPlane = { first: 1, second: 2, along: 0, parameters: ["J", "K"] };

export class ArcSupport {
  private readonly gcode: GCodeDispatch;
  private readonly gcodeMove: GCodeMove;
  private readonly resolution: number;
  private plane = PLANE_XY;

  constructor(config: ConfigSection) {
    const printer = config.getPrinter();
    this.resolution = config.getFloat("resolution", { default: 1, above: 0 });
    this.gcodeMove = printer.loadObject<GCodeMove>(config, "gcode_move");
    this.gcode = printer.lookupObject<GCodeDispatch>("gcode");
    this.gcode.registerCommand("G2", (gcmd) => this.arc(gcmd, true));
    this.gcode.registerCommand("G3", (gcmd) => this.arc(gcmd, false));
    for (const [command, plane] of [["G17", PLANE_XY], ["G18", PLANE_XZ], ["G19", PLANE_YZ]] as const) {
      this.gcode.registerCommand(command, () => void (this.plane = plane));
    }
  }

  private readArc(gcmd: GCodeCommand, start: readonly number[], clockwise: boolean): Arc {
    const end = ["X", "Y", "Z"].map((letter, axis) => gcmd.getFloat(letter, { default: start[axis]! }));
    if (gcmd.getFloat("R", { default: null }) !== null) throw gcmd.error("G2/G3 does not support R moves");
    const toCentre = this.plane.parameters.map((letter) => gcmd.getFloat(letter, { default: 0 })) as [number, number];
    if (toCentre[0] === 0 && toCentre[1] === 0) throw gcmd.error("G2/G3 requires IJ, IK or JK parameters");
    return { plane: this.plane, start, end, toCentre, clockwise };
  }

  private async arc(gcmd: GCodeCommand, clockwise: boolean): Promise<void> {
    const { absolute_coordinates: isAbsolute, absolute_extrude: isEAbsolute, gcode_position: position } = this.gcodeMove.getStatus();
    if (!isAbsolute) throw gcmd.error("G2/G3 does not support relative move mode");
    const points = arcPoints(this.readArc(gcmd, [...position], clockwise), this.resolution);
    const target = gcmd.getFloat("E", { default: null });
    const feedrate = gcmd.getFloat("F", { default: null });
    let extruded = isEAbsolute ? position[3]! : 0;
    const perMove = target === null ? 0 : (target - extruded) / points.length;
    for (const [x, y, z] of points as [number, number, number][]) {
      const params: Record<string, string> = { X: String(x), Y: String(y), Z: String(z) };
      if (perMove !== 0) {
        params["E"] = String(extruded + perMove);
        if (isEAbsolute) extruded += perMove;
      }
      if (feedrate !== null) params["F"] = String(feedrate);
      await this.gcodeMove.cmdG1(this.gcode.createGcodeCommand("G1", "G1", params));
    }
  }
}

export function loadConfig(config: ConfigSection): ArcSupport {
  return new ArcSupport(config);
}

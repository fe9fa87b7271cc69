/**
 * A mesh of the bed: heights at the nodes of a grid, refined by interpolation, and the height at any place between them (bilinear; beyond
 * the edge that of the edge). Positions and heights mm.
 */
import { formatFixed } from "../../motion/format-fixed.js";
import { cardinalLine, directLine, lagrangeLine, refineGrid, type Grid, type RefineLine } from "./interpolation.js";

/** Where a mesh lies and how it is refined, under the names of its profile. */
export interface MeshParams {
  min_x: number;
  max_x: number;
  min_y: number;
  max_y: number;
  x_count: number;
  y_count: number;
  mesh_x_pps: number;
  mesh_y_pps: number;
  algo: string;
  tension: number;
}

export type PrintFunction = (message: string) => void;
export type LogFunction = (message: string) => void;

/** A mesh cannot be made of what was measured. */
export class BedMeshError extends Error {
  override readonly name = "BedMeshError";
}

const MICROMETRE_DIGITS = 6;
const rounded = (grid: Grid): number[][] => grid.map((row) => row.map((z) => Number(formatFixed(z, MICROMETRE_DIGITS))));

let unnamed = 0;

export class ZMesh {
  readonly profileName: string;
  readonly meshParams: MeshParams;
  readonly meshXMin: number;
  readonly meshXMax: number;
  readonly meshYMin: number;
  readonly meshYMax: number;
  readonly xMult: number;
  readonly yMult: number;
  readonly meshXCount: number;
  readonly meshYCount: number;
  readonly meshXDist: number;
  readonly meshYDist: number;
  /** Added to a place before it is looked up. */
  meshOffsets: number[] = [0, 0];
  probedMatrix: number[][] | null = null;
  meshMatrix: number[][] | null = null;
  readonly #log: LogFunction;

  /** `name` null: a mesh that is no profile. */
  constructor(params: MeshParams, name: string | null, log: LogFunction = () => undefined) {
    this.profileName = name ?? `adaptive-${(++unnamed).toString(16).toUpperCase()}`;
    this.meshParams = params;
    this.#log = log;
    this.meshXMin = params.min_x;
    this.meshXMax = params.max_x;
    this.meshYMin = params.min_y;
    this.meshYMax = params.max_y;
    // Zero points per segment leave the measured grid as it is.
    this.xMult = params.mesh_x_pps + 1;
    this.yMult = params.mesh_y_pps + 1;
    this.meshXCount = (params.x_count - 1) * this.xMult + 1;
    this.meshYCount = (params.y_count - 1) * this.yMult + 1;
    this.meshXDist = (this.meshXMax - this.meshXMin) / (this.meshXCount - 1);
    this.meshYDist = (this.meshYMax - this.meshYMin) / (this.meshYCount - 1);
    const corner = (x: number, y: number): string => `(${formatFixed(x, 2)},${formatFixed(y, 2)})`;
    log(`bed_mesh: Mesh Min: ${corner(this.meshXMin, this.meshYMin)} Mesh Max: ${corner(this.meshXMax, this.meshYMax)}`);
    log(`bed_mesh: Mesh grid size - X:${this.meshXCount}, Y:${this.meshYCount}`);
  }

  #refineLine(): RefineLine {
    switch (this.meshParams.algo) {
      case "lagrange":
        return lagrangeLine;
      case "bicubic":
        return cardinalLine(this.meshParams.tension);
      default:
        return directLine;
    }
  }

  /** Takes measured heights, `[rows][columns]`, and refines them. @throws BedMeshError */
  buildMesh(zMatrix: Grid): void {
    const { x_count: columns, y_count: rows } = this.meshParams;
    if (zMatrix.length < rows || zMatrix.some((row) => row.length < columns)) {
      throw new BedMeshError(`bed_mesh: the mesh has ${rows} rows of ${columns} points, but fewer heights were given`);
    }
    this.probedMatrix = zMatrix.map((row) => [...row]);
    const used = zMatrix.slice(0, rows).map((row) => row.slice(0, columns));
    const isDirect = this.meshParams.algo === "direct";
    this.meshMatrix = refineGrid(used, isDirect ? 1 : this.xMult, isDirect ? 1 : this.yMult, this.#refineLine());
    this.printMesh((message) => this.#log(message));
  }

  /** Heights in millionths of a metre, or null before there are any. */
  getMeshMatrix(): number[][] {
    return this.meshMatrix === null ? [[]] : rounded(this.meshMatrix);
  }

  getProbedMatrix(): number[][] {
    return this.probedMatrix === null ? [[]] : rounded(this.probedMatrix);
  }

  getMeshParams(): MeshParams {
    return this.meshParams;
  }

  getProfileName(): string {
    return this.profileName;
  }

  printProbedMatrix(print: PrintFunction): void {
    if (this.probedMatrix === null) {
      print("bed_mesh: bed has not been probed");
      return;
    }
    const rows = this.probedMatrix.map((row) => row.map((z) => ` ${formatFixed(z, 6)}`).join("") + "\n");
    print(`Mesh Leveling Probed Z positions:\n${rows.join("")}`);
  }

  /** `moveZ`: height from which points are searched, as told to the user. */
  printMesh(print: PrintFunction, moveZ: number | null = null): void {
    const mesh = this.meshMatrix;
    if (mesh === null) {
      print("bed_mesh: Z Mesh not generated");
      return;
    }
    const four = (value: number): string => formatFixed(value, 4);
    const [offsetX, offsetY] = this.meshOffsets as [number, number];
    const [low, high] = this.getZRange();
    const lines = [
      `Mesh X,Y: ${this.meshXCount},${this.meshYCount}`,
      ...(moveZ === null ? [] : [`Search Height: ${Math.trunc(moveZ)}`]),
      `Mesh Offsets: X=${four(offsetX)}, Y=${four(offsetY)}`,
      `Mesh Average: ${formatFixed(this.getZAverage(), 2)}`,
      `Mesh Range: min=${four(low)} max=${four(high)}`,
      `Interpolation Algorithm: ${this.meshParams.algo}`,
      "Measured points:",
      // As seen from above: the row at the back comes first.
      ...mesh.map((row) => row.map((z) => `  ${formatFixed(z, 6)}`).join("")).reverse(),
    ];
    print(lines.map((line) => `${line}\n`).join(""));
  }

  /** Moves all heights so that the one at a place is 0. */
  setZeroReference(x: number, y: number): void {
    const offset = this.calcZ(x, y);
    this.#log(`bed_mesh: setting zero reference at (${formatFixed(x, 2)}, ${formatFixed(y, 2)}, ${formatFixed(offset, 6)})`);
    for (const matrix of [this.probedMatrix, this.meshMatrix]) {
      for (const row of matrix ?? []) for (let i = 0; i < row.length; i++) row[i] = row[i]! - offset;
    }
  }

  /** Null leaves an axis as it is. */
  setMeshOffsets(offsets: readonly (number | null)[]): void {
    for (const [axis, offset] of offsets.entries()) if (offset !== null) this.meshOffsets[axis] = offset;
  }

  getXCoordinate(index: number): number {
    return this.meshXMin + this.meshXDist * index;
  }

  getYCoordinate(index: number): number {
    return this.meshYMin + this.meshYDist * index;
  }

  /** Height of the bed at a place; 0 without a mesh. */
  calcZ(x: number, y: number): number {
    const mesh = this.meshMatrix;
    if (mesh === null) return 0;
    const [column, tx] = cellOf((x + this.meshOffsets[0]! - this.meshXMin) / this.meshXDist, this.meshXCount);
    const [row, ty] = cellOf((y + this.meshOffsets[1]! - this.meshYMin) / this.meshYDist, this.meshYCount);
    const near = mesh[row]!, far = mesh[row + 1]!;
    const zNear = between(tx, near[column]!, near[column + 1]!);
    const zFar = between(tx, far[column]!, far[column + 1]!);
    return between(ty, zNear, zFar);
  }

  getZRange(): [low: number, high: number] {
    const heights = this.meshMatrix?.flat() ?? [];
    return heights.length === 0 ? [0, 0] : [Math.min(...heights), Math.max(...heights)];
  }

  /** To the hundredth. */
  getZAverage(): number {
    const heights = this.meshMatrix?.flat() ?? [];
    if (heights.length === 0) return 0;
    return Number(formatFixed(heights.reduce((sum, z) => sum + z, 0) / heights.length, 2));
  }
}

/** The value at `t` of the way from `from` to `to`. */
export function between(t: number, from: number, to: number): number {
  return (1 - t) * from + t * to;
}

/** The cell of a line of `count` nodes that a position (in cells) lies in, and where in it (0…1). */
function cellOf(position: number, count: number): [index: number, t: number] {
  const index = Math.max(0, Math.min(count - 2, Math.floor(position)));
  return [index, Math.max(0, Math.min(1, position - index))];
}

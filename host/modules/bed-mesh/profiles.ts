/** Meshes by name: read from the sections [bed_mesh NAME], kept for the session, and handed to SAVE_CONFIG. */
import { pyFloatStr } from "../../config/python-text.js";
import type { PrinterConfig } from "../../config/printer-config.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../../heaters/host-types.js";
import { formatFixed } from "../../motion/format-fixed.js";
import type { Grid } from "./interpolation.js";
import { BedMeshError, ZMesh, type MeshParams } from "./z-mesh.js";

const PROFILE_VERSION = 1;

/** A mesh as it is stored; the keys are those of the status. */
export interface MeshProfile {
  readonly points: Grid;
  readonly mesh_params: MeshParams;
}

/** What profiles need of `bed_mesh`. */
export interface ProfileOwner {
  setMesh(mesh: ZMesh | null): void;
  getMesh(): ZMesh | null;
  updateStatus(): void;
}

/** How each value of a profile is read and written. */
const OPTIONS = {
  min_x: "float", max_x: "float", min_y: "float", max_y: "float", x_count: "int", y_count: "int",
  mesh_x_pps: "int", mesh_y_pps: "int", algo: "text", tension: "float",
} as const satisfies Record<keyof MeshParams, "float" | "int" | "text">;

function readParams(section: ConfigSection): MeshParams {
  const read = (name: string, kind: "float" | "int" | "text"): number | string =>
    kind === "float" ? section.getFloat(name) : kind === "int" ? section.getInt(name) : section.get(name);
  return Object.fromEntries(Object.entries(OPTIONS).map(([name, kind]) => [name, read(name, kind)])) as unknown as MeshParams;
}

export class ProfileManager {
  readonly name: string;
  readonly printer: Printer;
  readonly incompatibleProfiles: string[] = [];
  private profiles: Readonly<Record<string, MeshProfile>> = {};
  private readonly gcode: GCodeDispatch;
  private readonly owner: ProfileOwner;

  constructor(config: ConfigSection, owner: ProfileOwner) {
    this.name = config.getName();
    this.printer = config.getPrinter();
    this.owner = owner;
    this.gcode = this.printer.lookupObject<GCodeDispatch>("gcode");
    const found: Record<string, MeshProfile> = {};
    for (const section of config.getPrefixSections(this.name)) {
      const name = section.getName().slice(this.name.length + 1);
      if (name === "") continue;
      const version = section.getInt("version", { default: 0 });
      if (version !== PROFILE_VERSION) {
        this.printer.log("info", `bed_mesh: Profile [${name}] not compatible with this version\nof bed_mesh.  Profile Version: ${version} Current Version: ${PROFILE_VERSION} `);
        this.incompatibleProfiles.push(name);
        continue;
      }
      const points = section.getLists<number>("points", { seps: [",", "\n"], parser: Number }) as Grid;
      found[name] = { points, mesh_params: readParams(section) };
    }
    this.profiles = found;
    this.gcode.registerCommand("BED_MESH_PROFILE", (gcmd) => this.cmdBedMeshProfile(gcmd), { desc: "Bed Mesh Persistent Storage management" });
    this.printer.registerEventHandler("klippy:connect", () => this.dropIncompatibleProfiles());
  }

  private configfile(): PrinterConfig {
    return this.printer.lookupObject<PrinterConfig>("configfile");
  }

  getProfiles(): Readonly<Record<string, MeshProfile>> {
    return this.profiles;
  }

  private dropIncompatibleProfiles(): void {
    if (this.incompatibleProfiles.length === 0) return;
    for (const name of this.incompatibleProfiles) this.configfile().removeSection(`bed_mesh ${name}`);
    this.gcode.respondInfo(
      "The following incompatible profiles have been detected\nand are scheduled for removal:\n" +
        `${this.incompatibleProfiles.join("\n")}\nThe SAVE_CONFIG command will update the printer config\nfile and restart the printer`,
    );
  }

  saveProfile(name: string): void {
    const mesh = this.owner.getMesh();
    if (mesh === null) {
      this.gcode.respondInfo(`Unable to save to profile [${name}], the bed has not been probed`);
      return;
    }
    const points = mesh.getProbedMatrix();
    const params = mesh.getMeshParams();
    const section = `${this.name} ${name}`;
    const configfile = this.configfile();
    configfile.set(section, "version", PROFILE_VERSION);
    configfile.set(section, "points", points.map((row) => `\n  ${row.map((z) => formatFixed(z, 6)).join(", ")}`).join(""));
    for (const [option, value] of Object.entries(params)) {
      const isFloat = OPTIONS[option as keyof MeshParams] === "float";
      configfile.set(section, option, isFloat ? pyFloatStr(value as number) : value);
    }
    this.profiles = { ...this.profiles, [name]: { points, mesh_params: { ...params } } };
    this.owner.updateStatus();
    this.gcode.respondInfo(
      `Bed Mesh state has been saved to profile [${name}]\nfor the current session.  The SAVE_CONFIG command will\nupdate the printer config file and restart the printer.`,
    );
  }

  /** @throws CommandError when there is no such profile */
  loadProfile(name: string): void {
    const profile = this.profiles[name];
    if (profile === undefined) throw this.gcode.error(`bed_mesh: Unknown profile [${name}]`);
    const mesh = new ZMesh(profile.mesh_params, name, (message) => this.printer.log("info", message));
    try {
      mesh.buildMesh(profile.points);
    } catch (error) {
      if (!(error instanceof BedMeshError)) throw error;
      throw this.gcode.error(error.message);
    }
    this.owner.setMesh(mesh);
  }

  removeProfile(name: string): void {
    if (!Object.hasOwn(this.profiles, name)) {
      this.gcode.respondInfo(`No profile named [${name}] to remove`);
      return;
    }
    this.configfile().removeSection(`bed_mesh ${name}`);
    const { [name]: _removed, ...rest } = this.profiles;
    this.profiles = rest;
    this.owner.updateStatus();
    this.gcode.respondInfo(
      `Profile [${name}] removed from storage for this session.\nThe SAVE_CONFIG command will update the printer\nconfiguration and restart the printer`,
    );
  }

  private cmdBedMeshProfile(gcmd: GCodeCommand): void {
    const actions = { LOAD: (name: string) => this.loadProfile(name), SAVE: (name: string) => this.saveProfile(name), REMOVE: (name: string) => this.removeProfile(name) };
    for (const [action, act] of Object.entries(actions)) {
      const name = gcmd.get(action, { default: null });
      if (name === null) continue;
      if (name.trim() === "") throw gcmd.error(`Value for parameter '${action}' must be specified`);
      if (name === "default" && action === "SAVE") gcmd.respondInfo("Profile 'default' is reserved, please choose another profile name.");
      else act(name);
      return;
    }
    gcmd.respondInfo(`Invalid syntax '${gcmd.getCommandline()}'`);
  }
}

/**
 * Named sets of control parameters of one heater: the heater's own section is the profile "default", sections
 * `[pid_profile <heater> <name>]` are further ones. PID_PROFILE loads, shows, changes, saves and removes them.
 */
import { formatFixed } from "../motion/format-fixed.js";
import type { ControlProfile, HeaterControl } from "./heater-control.js";
import { readMpcOptions } from "./mpc-profile.js";
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "./host-types.js";

const PID_PROFILE_VERSION = 1;
const PID_CONTROL_TYPES = ["pid", "pid_v", "dual_loop_pid"];

/** Numeric options of a PID profile and the decimals with which they are saved. */
const PID_OPTIONS = [
  ["pid_target", 2], ["pid_tolerance", 4], ["smooth_time", 3], ["pid_kp", 3], ["pid_ki", 3], ["pid_kd", 3],
] as const;
/** The order in which a profile is read and saved has `control` after the tolerance. */
const PID_OPTION_ORDER = ["pid_target", "pid_tolerance", "control", "smooth_time", "pid_kp", "pid_ki", "pid_kd"] as const;
const GAINS = ["pid_kp", "pid_ki", "pid_kd"] as const;
type NumericOption = Exclude<(typeof PID_OPTION_ORDER)[number], "control">;
const DECIMALS = new Map<NumericOption, number>(PID_OPTIONS);

const isGain = (key: string): key is (typeof GAINS)[number] => (GAINS as readonly string[]).includes(key);
const isPid = (profile: ControlProfile): boolean => PID_CONTROL_TYPES.includes(profile.control);
const inner = (gain: (typeof GAINS)[number]): `inner_${(typeof GAINS)[number]}` => `inner_${gain}`;

function gainsText(profile: ControlProfile, innerLoop = false): string {
  return GAINS.map((gain) => {
    const value = innerLoop ? profile[inner(gain)] : profile[gain];
    return `${innerLoop ? "inner_" : ""}pid_K${gain.at(-1)}=${formatFixed(value ?? NaN, 3)}`;
  }).join(" ");
}

/** The heater that owns the profiles. */
export interface ProfiledHeater {
  readonly config: ConfigSection;
  readonly printer: Printer;
  readonly gcode: GCodeDispatch;
  readonly name: string;
  readonly shortName: string;
  getSmoothTime(): number;
  getControl(): HeaterControl;
  setControl(control: HeaterControl, keepTarget: boolean): HeaterControl;
  lookupControl(profile: ControlProfile, loadClean: boolean): HeaterControl;
}

export class ProfileManager {
  readonly profiles = new Map<string, ControlProfile>();
  readonly incompatibleProfiles: string[] = [];
  private readonly heater: ProfiledHeater;

  constructor(heater: ProfiledHeater) {
    this.heater = heater;
    for (const section of heater.config.getPrefixSections(`pid_profile ${heater.shortName}`)) {
      this.initProfile(section, section.getName().split(" ").slice(2).join(" "));
    }
  }

  initDefaultProfile(): ControlProfile {
    const profile = this.initProfile(this.heater.config, "default");
    if (profile === undefined) throw this.heater.config.error(`Option 'pid_version' in section '${this.heater.name}' is not supported`);
    return profile;
  }

  private initProfile(section: ConfigSection, name: string): ControlProfile | undefined {
    const version = section.getInt("pid_version", { default: 1 });
    if (version !== PID_PROFILE_VERSION) {
      this.heater.printer.log("info", `Profile [${name}] not compatible with this version of pid_profile.\n` +
        `Profile Version: ${version} Current Version: ${PID_PROFILE_VERSION}`);
      this.incompatibleProfiles.push(name);
      return undefined;
    }
    const control = this.required("control", section, section.get("control", { default: null }));
    const profile: ControlProfile = { ...this.readOptions(section, control, name), control, name };
    this.profiles.set(name, profile);
    return profile;
  }

  private readOptions(section: ConfigSection, control: string, name: string): Partial<ControlProfile> {
    if (control === "watermark") return { max_delta: section.getFloat("max_delta", { default: 2, above: 0 }) };
    if (control === "mpc") return { mpc: readMpcOptions(section, this.heater.printer) };
    if (!PID_CONTROL_TYPES.includes(control)) {
      throw this.heater.printer.configError(`Unknown control type '${control}' in [pid_profile ${this.heater.shortName} ${name}].`);
    }
    const profile: Partial<ControlProfile> = {};
    for (const key of PID_OPTION_ORDER) {
      if (key === "control") continue;
      const value = section.getFloat(key, { default: null });
      profile[key] = isGain(key) ? this.required(key, section, value) : value;
      if (isGain(key) && control === "dual_loop_pid") {
        profile[inner(key)] = this.required(inner(key), section, section.getFloat(inner(key), { default: null }));
      }
    }
    if (name === "default") profile.smooth_time = null;
    return profile;
  }

  private required<T>(key: string, section: ConfigSection, value: T | null): T {
    if (value !== null) return value;
    throw this.heater.gcode.error(
      `pid_profile: '${key}' has to be specified in [pid_profile ${this.heater.shortName} ${section.getName()}].`);
  }

  private sectionName(profileName: string): string {
    return profileName === "default" ? this.heater.shortName : `pid_profile ${this.heater.shortName} ${profileName}`;
  }

  cmdPidProfile(gcmd: GCodeCommand): void {
    const actions: readonly [string, (name: string) => void][] = [
      ["LOAD", (name) => this.loadProfile(name, gcmd)],
      ["SAVE", (name) => this.saveProfile(name)],
      ["GET_VALUES", () => this.reportValues()],
      ["SET_VALUES", (name) => this.setValues(name, gcmd)],
      ["REMOVE", (name) => this.removeProfile(name)],
    ];
    for (const [key, action] of actions) {
      const name = gcmd.get(key, { default: null });
      if (name === null) continue;
      if (name.trim() === "") throw this.heater.gcode.error("pid_profile: Profile must be specified");
      action(name);
      return;
    }
    throw this.heater.gcode.error(`pid_profile: Invalid syntax '${gcmd.getCommandline()}'`);
  }

  /** Make the profile the current one. @throws CommandError when neither it nor DEFAULT is known. */
  private loadProfile(profileName: string, gcmd: GCodeCommand): void {
    const { heater } = this;
    const verbose = gcmd.get("VERBOSE", { default: "low" }).toLowerCase();
    const loadClean = gcmd.getInt("LOAD_CLEAN", { default: 0, minval: 0, maxval: 1 }) !== 0;
    const talks = verbose === "high" || verbose === "low";
    if (profileName === heater.getControl().getProfile().name && !loadClean) {
      if (talks) heater.gcode.respondInfo(`PID Profile [${profileName}] already loaded for heater [${heater.shortName}].`);
      return;
    }
    const keepTarget = gcmd.getInt("KEEP_TARGET", { default: 0, minval: 0, maxval: 1 }) !== 0;
    const fallback = gcmd.get("DEFAULT", { default: null });
    const { profile, defaulted } = this.findProfile(profileName, fallback);
    heater.setControl(heater.lookupControl(profile, loadClean), keepTarget);

    if (!talks) return;
    if (defaulted) {
      heater.gcode.respondInfo(`Couldn't find profile [${profileName}] for heater [${heater.shortName}], defaulted to [${fallback}].`);
    }
    heater.gcode.respondInfo(`PID Profile [${profile.name}] loaded for heater [${heater.shortName}].\n`);
    if (verbose === "high") heater.gcode.respondInfo(this.loadedText(profile));
  }

  private findProfile(name: string, fallback: string | null): { profile: ControlProfile; defaulted: boolean } {
    const found = this.profiles.get(name);
    if (found !== undefined) return { profile: found, defaulted: false };
    const { gcode, shortName } = this.heater;
    if (fallback === null) throw gcode.error(`pid_profile: Unknown profile [${name}] for heater [${shortName}].`);
    const profile = this.profiles.get(fallback);
    if (profile === undefined) throw gcode.error(`pid_profile: Unknown default profile [${fallback}] for heater [${shortName}].`);
    return { profile, defaulted: true };
  }

  private loadedText(profile: ControlProfile): string {
    if (!isPid(profile)) return fieldsText(profile);
    const smoothTime = profile.smooth_time ?? this.heater.getSmoothTime();
    return `Target: ${formatFixed(profile.pid_target ?? NaN, 2)}\nTolerance: ${formatFixed(profile.pid_tolerance ?? NaN, 4)}\n` +
      `Control: ${profile.control}\nSmooth Time: ${formatFixed(smoothTime, 3)}\nPID Parameters: ${gainsText(profile)}\n` +
      (profile.control === "dual_loop_pid" ? `Inner PID Parameters: ${gainsText(profile, true)}\n` : "");
  }

  /** Store the current parameters under `profileName` (null: their own name) for SAVE_CONFIG. */
  saveProfile(profileName: string | null, verbose = true): void {
    const { heater } = this;
    const profile = heater.getControl().getProfile();
    if (!isPid(profile) && profile.control !== "watermark") {
      heater.gcode.respondInfo(`Saving [${profile.control}] profiles with PID_PROFILE SAVE is not supported.`);
      return;
    }
    const name = profileName ?? profile.name ?? "default";
    const section = this.sectionName(name);
    const configfile = heater.printer.lookupObject("configfile");
    configfile.set(section, "pid_version", String(PID_PROFILE_VERSION));
    for (const [key, text] of savedOptions(profile)) configfile.set(section, key, text);
    profile.name = name;
    this.profiles.set(name, profile);
    if (!verbose) return;
    heater.gcode.respondInfo(
      `Current PID profile for heater [${heater.shortName}] has been saved to profile [${name}] ` +
        "for the current session.  The SAVE_CONFIG command will\nupdate the printer config file and restart the printer.");
  }

  private setValues(profileName: string, gcmd: GCodeCommand): void {
    const { heater } = this;
    const current = heater.getControl().getProfile();
    const needed = <T>(name: string, value: T | null): T => {
      if (value === null) throw heater.gcode.error(`pid_profile: '${name}' has to be specified.`);
      return value;
    };
    const number = (name: string, fallback: number | null | undefined): number =>
      needed(name, gcmd.getFloat(name, { default: fallback ?? null }) as number | null);
    const target = number("TARGET", null);
    const tolerance = number("TOLERANCE", current.pid_tolerance);
    const control = gcmd.get("CONTROL", { default: current.control }).toLowerCase();
    const profile: ControlProfile = {
      pid_target: target, pid_tolerance: tolerance, control,
      pid_kp: number("KP", null), pid_ki: number("KI", null), pid_kd: number("KD", null),
      smooth_time: gcmd.getFloat("SMOOTH_TIME", { default: null }) as number | null,
    };
    const keepTarget = gcmd.getInt("KEEP_TARGET", { default: 0, minval: 0, maxval: 1 }) !== 0;
    const loadClean = gcmd.getInt("LOAD_CLEAN", { default: 0, minval: 0, maxval: 1 }) !== 0;
    if (control === "dual_loop_pid") {
      for (const gain of GAINS) profile[inner(gain)] = number(`INNER_${gain.slice(4).toUpperCase()}`, current[inner(gain)]);
    }
    heater.setControl(heater.lookupControl(profile, loadClean), keepTarget);
    heater.gcode.respondInfo(
      `PID Parameters:\nTarget: ${formatFixed(target, 2)},\nTolerance: ${formatFixed(tolerance, 4)}\nControl: ${control}\n` +
        (profile.smooth_time == null ? "" : `Smooth Time: ${formatFixed(profile.smooth_time, 3)}\n`) + `${gainsText(profile)}\n` +
        (control === "dual_loop_pid" ? `${gainsText(profile, true)}\n` : "") + "have been set as current profile.");
    this.saveProfile(profileName, true);
  }

  private reportValues(): void {
    const { heater } = this;
    const profile = heater.getControl().getProfile();
    if (!isPid(profile)) {
      heater.gcode.respondInfo(fieldsText(profile));
      return;
    }
    heater.gcode.respondInfo(
      `PID Parameters:\nTarget: ${formatFixed(profile.pid_target ?? NaN, 2)},\n` +
        `Tolerance: ${formatFixed(profile.pid_tolerance ?? NaN, 4)}\nControl: ${profile.control}\n` +
        `Smooth Time: ${formatFixed(profile.smooth_time ?? heater.getSmoothTime(), 3)}\n${gainsText(profile)}\n` +
        (profile.control === "dual_loop_pid" ? `${gainsText(profile, true)}\n` : "") + `name: ${profile.name}`);
  }

  private removeProfile(profileName: string): void {
    const { heater } = this;
    if (!this.profiles.has(profileName)) {
      heater.gcode.respondInfo(`No profile named [${profileName}] to remove`);
      return;
    }
    heater.printer.lookupObject("configfile").removeSection(this.sectionName(profileName));
    this.profiles.delete(profileName);
    heater.gcode.respondInfo(
      `Profile [${profileName}] for heater [${heater.shortName}] removed from storage for this session.\n` +
        "The SAVE_CONFIG command will update the printer\nconfiguration and restart the printer");
  }
}

/** Options of a profile as SAVE_CONFIG writes them. */
function savedOptions(profile: ControlProfile): [option: string, text: string][] {
  if (profile.control === "watermark") {
    return [["control", profile.control], ["max_delta", formatFixed(profile.max_delta ?? 2, 4)]];
  }
  const options: [string, string][] = [];
  for (const key of PID_OPTION_ORDER) {
    if (key === "control") {
      options.push([key, profile.control]);
      continue;
    }
    const decimals = DECIMALS.get(key)!;
    const value = profile[key];
    if (value != null) options.push([key, formatFixed(value, decimals)]);
    if (!isGain(key) || profile.control !== "dual_loop_pid") continue;
    const innerValue = profile[inner(key)];
    if (innerValue != null) options.push([inner(key), formatFixed(innerValue, decimals)]);
  }
  return options;
}

/** Every field of a profile that is not PID. */
function fieldsText(profile: ControlProfile): string {
  const fields = Object.entries(profile).filter(([key, value]) => key !== "control" && key !== "name" && value != null);
  const lines = fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}: ${value}\n`);
  return `Control: ${profile.control}\n${lines.join("")}name: ${profile.name}`;
}

/**
 * The printer of a recorded Kalico, on simulated micro-controllers: every object that its clients saw has the fields of the
 * recording, in its order, with values of the same types. An int is not a float: front ends and macros tell them apart.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedNote, sharedPath } from "../../host/testing/shared-data.js";
import { ApiPrinter, type MemoryClient } from "../testing/api-printer.js";
import { scratchDirectory, type ScratchDirectory } from "../testing/scratch-plugin.js";

const path = sharedPath("golden/api/status-dump-kalico.json");

type Shape = string | { [key: string]: Shape } | Shape[];

/** Types of a JSON text, with Python's two kinds of numbers: `1` is an int, `1.0` and `1e-05` are floats. */
function typesOf(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return token;
    return /[.eE]/.test(token) ? '{"$":"float"}' : '{"$":"int"}';
  });
  return shape(JSON.parse(marked));
}

function shape(value: unknown): Shape {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.map(shape);
  if (typeof value !== "object") return typeof value;
  const { $: number } = value as { $?: string };
  if (number !== undefined) return number;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one)]));
}

/** Sections of the recorded printer that this host does not have yet; their objects, settings and commands are left out. */
const NOT_YET = /^bed_mesh/i;
const isLeftOut = (name: string): boolean => NOT_YET.test(name);
const known = <T>(record: Record<string, T>): Record<string, T> => Object.fromEntries(Object.entries(record).filter(([name]) => !isLeftOut(name)));

type Status = Record<string, Record<string, any>>;

/** The recorded printer.cfg; paths of the recording's machine become those of the scratch directory. */
function configText(config: Record<string, Record<string, string>>): string {
  return Object.entries(config).map(([section, options]) => `[${section}]\n${Object.entries(options).map(([option, value]) => {
    const here = option === "path" ? "gcodes" : value;
    return `${option}: ${here.replaceAll("\n", "\n  ")}\n`;
  }).join("")}`).join("\n");
}

/** Names of constants depend on the micro-controller's firmware. The commands have a test of their own. */
const OPEN_FIELDS: Record<string, string> = { mcu: "mcu_constants", gcode: "commands" };

describe.skipIf(path === undefined)(`the recorded printer${sharedNote(path)}`, () => {
  let scratch: ScratchDirectory;
  let printer: ApiPrinter;
  let client: MemoryClient;
  let recorded: Record<string, any>;
  let recordedStatus: Status;
  let names: string[];
  let types: Record<string, any>;
  let status: Status;

  beforeAll(async () => {
    const text = readFileSync(path!, "utf8");
    recorded = known((typesOf(text) as { status: Record<string, any> }).status);
    recordedStatus = known((JSON.parse(text) as { status: Status }).status);
    for (const side of [recorded, recordedStatus]) {
      for (const field of ["config", "settings"]) side["configfile"]![field] = known(side["configfile"]![field] as Record<string, unknown>);
      side["gcode"]!["commands"] = known(side["gcode"]!["commands"] as Record<string, unknown>);
    }
    scratch = scratchDirectory();
    scratch.write("gcodes/none", "");
    const configFile = scratch.write("printer.cfg", configText(recordedStatus["configfile"]!["config"] as Record<string, Record<string, string>>));
    printer = new ApiPrinter({ configFile, board: "linux", seed: 1 });
    await printer.start();
    await printer.live(10);
    client = printer.connect();
    names = (await printer.ask(client, 1, "objects/list")).result.objects as string[];
    client.take();
    await printer.ask(client, 2, "objects/subscribe", { objects: Object.fromEntries(names.map((name) => [name, null])) });
    const answer = client.received[0]!.text;
    types = (typesOf(answer) as any).result.status as Record<string, any>;
    status = (JSON.parse(answer) as { result: { status: Status } }).result.status;
  });
  afterAll(() => {
    printer.finish();
    scratch.remove();
  });

  it("is ready, with the objects of the recording", () => {
    expect(printer.world.printer!.getStateMessage()).toEqual(["Printer is ready", "ready"]);
    expect(names.filter((name) => !(name in recordedStatus))).toEqual([]);
    expect(Object.keys(recordedStatus).filter((name) => !names.includes(name))).toEqual([]);
  });

  it("has the fields of the recording with values of the same types, int and float told apart", () => {
    for (const name of Object.keys(recordedStatus)) {
      const [ours, theirs] = [structuredClone(types[name]) as Record<string, any>, structuredClone(recorded[name]) as Record<string, any>];
      for (const side of [ours, theirs]) delete side[OPEN_FIELDS[name] ?? ""];
      expect({ [name]: ours }).toEqual({ [name]: theirs });
      expect(Object.keys(status[name]!), name).toEqual(Object.keys(recordedStatus[name]!));
    }
  });

  it("has the settings of the recording, value by value and text by text", () => {
    const settings = status["configfile"]!["settings"] as Record<string, unknown>;
    const expected = structuredClone(recordedStatus["configfile"]!["settings"]) as Record<string, any>;
    expected["virtual_sdcard"].path = (settings["virtual_sdcard"] as { path: string }).path;
    expect(settings).toEqual(expected);
  });

  it("has the recording's commands with its words of help", () => {
    expect(status["gcode"]!["commands"]).toEqual(recordedStatus["gcode"]!["commands"]);
  });

  it.each([
    ["configfile", ["settings", "config", "warnings", "save_config_pending", "save_config_pending_items"]], ["heaters", ["available_heaters", "available_sensors", "available_monitors"]],
    ["print_stats", ["state", "filename", "total_duration", "print_duration", "filament_used", "message", "info"]], ["webhooks", ["state", "state_message"]],
    ["extruder", ["temperature", "target", "power", "can_extrude", "pressure_advance", "smooth_time"]], ["heater_bed", ["temperature", "target", "power"]],
    ["toolhead", ["homed_axes", "position", "axis_minimum", "axis_maximum", "extruder", "max_velocity", "max_accel", "minimum_cruise_ratio", "square_corner_velocity", "print_time", "estimated_print_time"]],
    ["gcode_move", ["gcode_position", "homing_origin", "speed_factor", "extrude_factor", "speed", "absolute_coordinates", "absolute_extrude", "position"]],
    ["gcode", ["commands"]], ["mcu", ["mcu_version", "mcu_constants", "last_stats", "app"]], ["idle_timeout", ["state"]],
    ["virtual_sdcard", ["file_path", "progress", "is_active", "file_position", "file_size"]], ["display_status", ["progress", "message"]], ["pause_resume", ["is_paused"]],
    ["motion_report", ["live_position", "live_velocity", "live_extruder_velocity", "steppers", "trapq"]], ["system_stats", ["sysload", "cputime", "memavail"]],
    ["exclude_object", ["objects", "excluded_objects", "current_object"]], ["stepper_enable", ["steppers"]], ["fan", ["speed", "rpm"]], ["query_endstops", ["last_query"]], ["manual_probe", ["is_active"]],
  ] as const)("gives Mainsail and Fluidd what they read of %s", (name, fields) => {
    expect(Object.keys(status[name]!)).toEqual(expect.arrayContaining([...fields]));
  });

  it("writes positions as lists of four, and names in the settings in lower case", () => {
    for (const [name, field] of [["toolhead", "position"], ["toolhead", "axis_minimum"], ["toolhead", "axis_maximum"], ["gcode_move", "gcode_position"], ["gcode_move", "homing_origin"], ["gcode_move", "position"], ["motion_report", "live_position"]] as const) {
      expect(types[name][field], `${name}.${field}`).toEqual(["float", "float", "float", "float"]);
    }
    const settings = Object.keys(status["configfile"]!["settings"] as object);
    expect(settings).toContain("gcode_macro cancel_print");
    expect(settings.filter((one) => one !== one.toLowerCase())).toEqual([]);
  });
});

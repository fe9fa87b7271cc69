/** The status and settings that a real Kalico reported for a printer, against ours for the same sections. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ConfigSection } from "../heaters/host-types.js";
import { pinBench } from "../testing/pin-bench.js";
import { sharedNote, sharedPath } from "../testing/shared-data.js";

const path = sharedPath("golden/api/status-dump-kalico.json");

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Sections of the recorded printer that need no toolhead. */
const SECTIONS = [
  "heater_bed", "fan", "heater_fan hotend_fan", "output_pin lamp", "filament_switch_sensor runout", "temperature_sensor chamber",
];
/** Objects that come with them. */
const OBJECTS = [...SECTIONS, "heaters", "telemetry", "query_endstops", "motion_report"];

/** Names of fields with the kind of their values; numbers of either kind are one. */
function shape(value: Json): Json {
  if (Array.isArray(value)) return "list";
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, shape(field)]));
}

async function recordedPrinter() {
  const recorded = (JSON.parse(readFileSync(path!, "utf8")) as { status: Record<string, Record<string, Json>> }).status;
  const written = recorded.configfile!.config as Record<string, Record<string, string>>;
  const upstream = {
    gcode_macro: {
      loadConfig: () => ({ loadTemplate: (config: ConfigSection, option: string, fallback: string) => config.get(option, { default: fallback }) }),
    },
    pause_resume: { loadConfig: () => ({}) },
  };
  const text = SECTIONS.map((name) =>
    `[${name}]\n${Object.entries(written[name]!).map(([option, value]) => `${option}: ${value}\n`).join("")}`).join("");
  const heater = `[heater_generic extruder]\nheater_pin: gpio15\nsensor_pin: analog0\nsensor_type: ${written.extruder!.sensor_type}\n` +
    "control: pid\npid_kp: 22.2\npid_ki: 1.08\npid_kd: 114\nmin_temp: 0\nmax_temp: 250\n";
  const bench = await pinBench(`${text}${heater}[query_endstops]\n[motion_report]\n`, upstream, {
    getTrapq: () => ({ extractOld: () => [] }), getExtruder: () => ({ getName: () => "" }),
  });
  return { recorded, bench };
}

describe.skipIf(path === undefined)(`status${sharedNote(path)}`, () => {
  it("has the fields of Kalico's, with values of the same kinds", async () => {
    const { recorded, bench } = await recordedPrinter();

    for (const name of OBJECTS) {
      const status = bench.printer.lookupObject(name).getStatus(bench.clock.now) as Json;
      expect({ [name]: shape(JSON.parse(JSON.stringify(status)) as Json) }).toEqual({ [name]: shape(recorded[name]!) });
      expect(Object.keys(status as object)).toEqual(Object.keys(recorded[name]!));
    }
  });

  it("shows the settings of Kalico's, in the same order", async () => {
    const { recorded, bench } = await recordedPrinter();
    const expected = recorded.configfile!.settings as Record<string, Json>;
    const settings = bench.printer.lookupObject("configfile").getStatus(0).settings as Record<string, Json>;

    for (const name of [...SECTIONS, "verify_heater heater_bed", "verify_heater extruder"]) {
      expect(JSON.stringify({ [name]: settings[name] })).toBe(JSON.stringify({ [name]: expected[name] }));
    }
  });

  it("describes its commands in Kalico's words", async () => {
    const { recorded, bench } = await recordedPrinter();
    const expected = recorded.gcode!.commands as Record<string, Json>;
    const commands = bench.gcode.getStatus(0).commands as Record<string, Json>;

    for (const name of [
      "TURN_OFF_HEATERS", "M105", "TEMPERATURE_WAIT", "QUERY_ADC", "PID_CALIBRATE", "SET_HEATER_TEMPERATURE", "COLD_EXTRUDE",
      "SET_SMOOTH_TIME", "PID_PROFILE", "SET_HEATER_PID", "M140", "M190", "M106", "M107", "SET_PIN", "QUERY_FILAMENT_SENSOR",
      "SET_FILAMENT_SENSOR", "TELEMETRY_EXAMPLE", "ENABLE_TELEMETRY", "DISABLE_TELEMETRY", "QUERY_ENDSTOPS", "M119",
    ]) expect({ [name]: commands[name] }).toEqual({ [name]: expected[name] });
  });
});

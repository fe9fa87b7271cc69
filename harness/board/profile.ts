/**
 * What the suite may do to an attached board: a profile, a JSON file, names the pins that it may touch. Everything else is
 * refused before anything is configured: pins that the board lacks or reserves, and pins of heaters of the printer that it belongs to.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { PinProfile } from "../../conformance/evidence.js";
import type { MessageParser } from "../../host/wire/index.js";
import { readPlantSections } from "../world/plant-sections.js";

export interface BoardProfile {
  name: string;
  /** Pins that may be touched; no other is. */
  allow: string[];
  /** A driver, or nothing, on these two: step rate and position are measured on them. */
  stepper?: { step: string; dir: string };
  /** An input that a jumper joins to the step pin: pulses are counted on it. */
  counter?: string;
  /** Highest rate that is tried, steps per second. */
  maxStepRate: number;
  /** Seconds that the whole suite may take. */
  maxSeconds: number;
  /** printer.cfg of the printer that the board belongs to: its heater pins are refused. */
  printer?: string;
}

export const PASSIVE_PROFILE: BoardProfile = { name: "none: no pin may be touched", allow: [], maxStepRate: 100_000, maxSeconds: 120 };

/** The profile or the board makes the suite impossible; the message says what to change. */
export class BoardRefused extends Error {
  override name = "BoardRefused";
}

const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === "string");

/** @throws BoardRefused naming file, key and what is right */
export function readProfile(file: string): BoardProfile {
  const fail = (text: string): never => { throw new BoardRefused(`Profile "${file}": ${text}`); };
  if (!existsSync(file)) fail("the file does not exist");
  let data: unknown;
  try {
    data = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    fail(`it is no JSON: ${(error as Error).message}`);
  }
  if (typeof data !== "object" || data === null || Array.isArray(data)) return fail('it must be an object such as {"name": "bench", "allow": ["PD2", "PD3"], "stepper": {"step": "PD2", "dir": "PD3"}}');
  const { name = "unnamed", allow, stepper, counter, maxStepRate = PASSIVE_PROFILE.maxStepRate, maxSeconds = PASSIVE_PROFILE.maxSeconds, printer, ...unknown } = data as Record<string, unknown>;
  const [key] = Object.keys(unknown);
  if (key !== undefined) fail(`"${key}" is unknown: use name, allow, stepper, counter, maxStepRate, maxSeconds, printer`);
  if (!isStrings(allow)) return fail('"allow" must list the pins that may be touched, such as ["PD2", "PD3"]');
  if (typeof name !== "string") return fail('"name" must be a text');
  const pins = stepper as { step?: unknown; dir?: unknown } | undefined;
  if (pins !== undefined && (typeof pins.step !== "string" || typeof pins.dir !== "string")) fail('"stepper" must be {"step": PIN, "dir": PIN}');
  if (counter !== undefined && typeof counter !== "string") fail('"counter" must be a pin');
  if (counter !== undefined && pins === undefined) fail('"counter" needs "stepper": a jumper joins it to the step pin');
  if (typeof maxStepRate !== "number" || !(maxStepRate >= 100)) return fail(`"maxStepRate" must be a number of steps per second from 100, found ${JSON.stringify(maxStepRate)}`);
  if (typeof maxSeconds !== "number" || !(maxSeconds >= 10)) return fail(`"maxSeconds" must be a number from 10, found ${JSON.stringify(maxSeconds)}`);
  if (printer !== undefined && (typeof printer !== "string" || !existsSync(resolve(dirname(file), printer)))) fail(`"printer" must be a printer.cfg that exists, found ${JSON.stringify(printer)}`);
  return {
    name, allow, maxStepRate, maxSeconds,
    ...(pins === undefined ? {} : { stepper: pins as { step: string; dir: string } }),
    ...(counter === undefined ? {} : { counter: counter as string }),
    ...(printer === undefined ? {} : { printer: resolve(dirname(file), printer as string) }),
  };
}

/** Holds the profile against the board's dictionary and the printer. Touches nothing. @throws BoardRefused */
export function checkProfile(profile: BoardProfile, parser: MessageParser): void {
  const wanted = [...(profile.stepper === undefined ? [] : [profile.stepper.step, profile.stepper.dir]), ...(profile.counter === undefined ? [] : [profile.counter])];
  for (const pin of wanted) if (!profile.allow.includes(pin)) throw new BoardRefused(`Pin "${pin}" is not in the allow-list of profile "${profile.name}": add it to "allow" if nothing dangerous hangs on it`);
  if (new Set(wanted).size !== wanted.length) throw new BoardRefused(`Profile "${profile.name}" uses one pin twice: ${wanted.join(", ")}`);
  const known = parser.getEnumerations()["pin"] ?? {};
  const constants = parser.getConstants();
  const heaters = profile.printer === undefined ? new Map<string, string>() : heaterPins(profile.printer);
  for (const pin of profile.allow) {
    if (known[pin] === undefined) throw new BoardRefused(`Pin "${pin}" of profile "${profile.name}" does not exist on this board`);
    const reserved = Object.keys(constants).find((name) => name.startsWith("RESERVE_PINS_") && String(constants[name]).split(",").includes(pin));
    if (reserved !== undefined) throw new BoardRefused(`Pin "${pin}" is reserved for ${reserved.slice("RESERVE_PINS_".length)}: take it off the allow-list`);
    const heater = heaters.get(pin);
    if (heater !== undefined) throw new BoardRefused(`Pin "${pin}" is the heater_pin of [${heater}]: this suite never drives a heater, take it off the allow-list`);
  }
}

/** What the profile says of pins, for the evidence of a certification. */
export const pinProfileOf = (profile: BoardProfile): PinProfile =>
  ({ name: profile.name, allow: [...profile.allow], heaters: profile.printer === undefined ? {} : Object.fromEntries(heaterPins(profile.printer)) });

/** Sections by the pin of their heater. */
export function heaterPins(printerConfig: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [section, options] of Object.entries(readPlantSections(printerConfig))) {
    for (const option of ["heater_pin"]) {
      const pin = options[option]?.replace(/[\s^~!]/g, "").split(":").at(-1);
      if (pin !== undefined && pin !== "") found.set(pin, section);
    }
  }
  return found;
}

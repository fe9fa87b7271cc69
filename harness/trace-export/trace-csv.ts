/** A session as a table: `time_s,track,what,duration_s,value`, one row an event, track by track. */
import { MOVE_FIELDS, type TraceLog } from "./trace-log.js";

const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
const number = (value: number): string => String(Math.round(value * 1e9) / 1e9);

/** @param write takes pieces of the text */
export function writeTraceCsv(log: TraceLog, write: (text: string) => void): void {
  const row = (at: number, track: string, what: string, seconds: number | "", value: number | ""): void => write(`${number(at)},${cell(track)},${cell(what)},${seconds === "" ? "" : number(seconds)},${value === "" ? "" : number(value)}\n`);
  write("time_s,track,what,duration_s,value\n");
  for (let i = 0; i < log.gcode.at.length; i++) row(log.gcode.at[i]!, "gcode", log.gcode.text[i]!, "", "");
  for (let i = 0; i < log.callbacks.at.length; i++) row(log.callbacks.at[i]!, "callback", log.callbacks.labels[log.callbacks.label[i]!] ?? "?", log.callbacks.seconds[i]!, "");
  for (const [motion, rows] of Object.entries(log.moves)) for (let i = 0; i < rows.length; i += MOVE_FIELDS.length) row(rows[i]!, `moves of ${motion}`, rows[i + 3]! > 0 ? "accelerate" : rows[i + 3]! < 0 ? "decelerate" : "cruise", rows[i + 1]!, rows[i + 2]!);
  for (let i = 0; i < log.slack.at.length; i++) row(log.slack.at[i]!, "slack", "least of the window", "", log.slack.seconds[i]!);
  for (const [sensor, { at, value }] of Object.entries(log.temperature)) for (let i = 0; i < at.length; i++) row(at[i]!, "temperature", sensor, "", value[i]!);
  const { pins } = log;
  for (let i = 0; i < pins.at.length; i++) row(pins.at[i]!, "pin", pins.names[pins.pin[i]!]!, "", pins.cycle[i] === 0 ? pins.on[i]! : pins.on[i]! / pins.cycle[i]!);
}

/**
 * A good example for each rule: cut out of the plugins that must pass every rule, where one of them shows it, else a few lines.
 * Cuts are found by their text, so that they follow the plugins.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pluginNames } from "../scaffold/plugin-names.js";
import { pythonFiles } from "../scaffold/python-template.js";

export interface GoodExample {
  /** Path in the repository; undefined: not from a file. */
  file?: string;
  language: "python" | "ts" | "toml" | "json" | "markdown";
  text: string;
}

type Cut = { file: string; from?: string; to?: string } | { made: string; from: string; to?: string } | { language: GoodExample["language"]; text: string };

const PYTHON = "plugins-under-test/python";
const SMALLEST: Cut = { file: `${PYTHON}/my_plugin/my_plugin.py`, from: "class MyPlugin" };
const OPTIONS: Cut = { file: `${PYTHON}/mover/mover.py`, from: "import math", to: "        self.parked = 0" };
const MOVES: Cut = { file: `${PYTHON}/mover/mover.py`, from: "    def cmd_PARK_AND_WAIT", to: "        self.parked += 1" };
const PIN: Cut = { file: `${PYTHON}/pins_timers_query/pins_timers_query.py`, from: "        self.pin = self", to: "        self.mcu.register_config_callback" };
const TIMER: Cut = { file: `${PYTHON}/pins_timers_query/pins_timers_query.py`, from: "    def _ready", to: "        return eventtime + self.period" };
const COMMAND: Cut = { file: `${PYTHON}/prefix/prefix.py`, from: "class Counter" };
const EVENTS: Cut = { file: "plugins-under-test/layer-stats/src/layer-stats.ts", from: "  constructor(config: Config)", to: "    this.#history = [" };
const LIFE: Cut = { made: "bed_notes.py", from: "        self.printer.register_event_handler", to: "        return eventtime + self.interval" };
const PACKAGE: Cut = { file: `${PYTHON}/my_plugin/pyproject.toml` };
const README: Cut = { file: `${PYTHON}/mover/readme.md` };

const lines = (...text: string[]): string => text.join("\n");

/** The first that fits a rule's id counts. */
const TABLE: readonly [rule: RegExp, cut: Cut][] = [
  [/^PKG-003/, SMALLEST],
  [/^PKG-017/, { file: "plugins-under-test/my-plugin/package.json" }],
  [/^PKG/, PACKAGE],
  [/^LOAD-00[78]/, COMMAND],
  [/^LOAD-01[03]|^LOAD-009/, LIFE],
  [/^LOAD-012/, { language: "python", text: lines("def cmd_LEVEL_SAVE(self, gcmd):", '    configfile = self.printer.lookup_object("configfile")', '    configfile.set(self.name, "offset", "%.3f" % (self.offset,))', '    gcmd.respond_info("SAVE_CONFIG keeps the offset")') }],
  [/^LOAD-014/, LIFE],
  [/^LOAD-019/, { language: "python", text: lines("def stats(self, eventtime):", "    # Whether to log it, and the text.", '    return False, "level: offset=%.3f" % (self.offset,)') }],
  [/^LOAD/, SMALLEST],
  [/^CFG/, OPTIONS],
  [/^STA-007/, { language: "python", text: lines("def get_status(self, eventtime=None):", "    value = self.value", '    return {"value": round(value, 3) if math.isfinite(value) else None}') }],
  [/^STA-01[0378]|^STA-006/, EVENTS],
  [/^STA/, SMALLEST],
  [/^LIF-0(14|15|11)/, EVENTS],
  [/^LIF/, LIFE],
  [/^TMR-01[23]|^TMR-005/, MOVES],
  [/^TMR-008/, LIFE],
  [/^TMR-017/, { language: "python", text: lines("def _lost(self, eventtime):", "    # Once when it begins, not at every turn of the timer.", "    if not self.is_lost:", "        self.is_lost = True", '        logging.info("level: the sensor does not answer")', "    return eventtime + 1.0") }],
  [/^TMR/, TIMER],
  [/^GC-01[01234]/, MOVES],
  [/^GC/, COMMAND],
  [/^MOT-00[89]|^MOT-010/, MOVES],
  [/^MOT-00[12]/, { language: "python", text: lines("def at_next_move(self):", "    # Called with the print time of the move, without a flush.", '    toolhead = self.printer.lookup_object("toolhead")', "    toolhead.register_lookahead_callback(self._set_light)") }],
  [/^MOT-012/, EVENTS],
  [/^MOT/, TIMER],
  [/^MCU-00[46]/, TIMER],
  [/^MCU/, PIN],
  [/^HTR-006/, TIMER],
  [/^HTR/, { language: "python", text: lines("def cmd_WARM_UP(self, gcmd):", '    target = gcmd.get_float("TARGET", 50.0, minval=0.0)', '    heaters = self.printer.lookup_object("heaters")', "    # Checks the heater's limits, as M104 does.", '    heaters.set_temperature(heaters.lookup_heater("extruder"), target)') }],
  [/^SEC-00[26]/, { language: "toml", text: lines("# kalico-conformance.toml beside the plugin: what it does on purpose, in sight of every user.", "[capabilities]", 'network = ["example.com"]', 'processes = ["/usr/bin/avrdude"]') }],
  [/^SEC-012$/, { language: "python", text: lines("# The user says which pin; certify is told which pins may be touched:", '#   kalico-hil certify my_plugin.py --profile bench.json    {"name": "bench", "allow": ["PB5"]}', "pins = config.get_printer().lookup_object(\"pins\")", 'self.pin = pins.setup_pin("digital_out", config.get("pin"))', "self.pin.setup_max_duration(0.0)") }],
  [/^(SEC-010|COX)/, { language: "python", text: lines("# An event of the host instead of a function of the host replaced.", 'self.printer.register_event_handler("homing:home_rails_end", self._homed)') }],
  [/^RES-005/, EVENTS],
  [/^RES/, LIFE],
  [/^DOC-004/, { language: "markdown", text: lines("## Endpoint", "", "`level/offset` takes `value` (mm, a number from -5 to 5) and answers `{\"offset\": <mm>}`.") }],
  [/^DOC/, README],
];

const LANGUAGES: Record<string, GoodExample["language"]> = { py: "python", ts: "ts", toml: "toml", json: "json", md: "markdown" };

/** @param root of the repository @returns undefined where the plugins are not there, as in an installed package */
export function goodExample(id: string, root: string): GoodExample | undefined {
  const cut = TABLE.find(([rule]) => rule.test(id))?.[1];
  if (cut === undefined) return undefined;
  if ("text" in cut) return cut;
  if ("made" in cut) return { language: "python", text: between(pythonFiles(pluginNames("bed-notes"), "*")[cut.made]!, cut) };
  const path = join(root, cut.file);
  if (!existsSync(path)) return undefined;
  return { file: cut.file, language: LANGUAGES[cut.file.slice(cut.file.lastIndexOf(".") + 1)]!, text: between(readFileSync(path, "utf8"), cut) };
}

/** The lines from the first that begins with `from` to the first after it that begins with `to`, moved to the left. */
function between(text: string, { from, to }: { from?: string; to?: string }): string {
  const all = text.trimEnd().split("\n");
  const first = from === undefined ? 0 : all.findIndex((line) => line.startsWith(from));
  const last = to === undefined ? all.length - 1 : all.findIndex((line, i) => i >= first && line.startsWith(to));
  if (first < 0 || last < 0) throw new Error(`The good example has no line that begins with "${first < 0 ? from : to}"`);
  const cut = all.slice(first, last + 1);
  const indent = Math.min(...cut.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)));
  return cut.map((line) => line.slice(indent)).join("\n");
}

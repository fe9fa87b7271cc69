/**
 * What displays show by themselves: temperatures and targets, part cooling fan, speed, progress, time and message. Groups `_default_16x4` (pixels) and
 * `_default_20x4` (characters); `[display_data]` sections replace items by name or add others.
 */

/** An item of a screen: where it begins, and its template. */
export interface ScreenItem {
  row: number;
  column: number;
  text: string;
}

const heater = (object: string, sign: string): string =>
  `{% if '${object}' in printer %}{% set heater = printer['${object}'] %}~${sign}~{ "%3.0f" % (heater.temperature,) }{% if heater.target %}~right_arrow~{ "%0.0f" % (heater.target,) }{% else %}~degrees~{% endif %}{% endif %}`;
const fan = (sign: string): string => `{% if 'fan' in printer %}~${sign}~{ "%3.0f%%" % (printer.fan.speed * 100,) }{% endif %}`;
const SPEED = `~feedrate~{ "%3.0f%%" % (printer.gcode_move.speed_factor * 100,) }`;
const TIME = `{% set passed = printer.idle_timeout.printing_time|int %}{ "%02d:%02d" % (passed // 3600, (passed // 60) % 60) }`;
const MESSAGE = "{% if printer.display_status.message %}{ printer.display_status.message }{% else %}{ printer.idle_timeout.state }{% endif %}";
const PROGRESS = `{ "%3.0f%%" % (printer.display_status.progress * 100,) }`;
const BAR = `{ draw_progress_bar(2, 0, 10, printer.display_status.progress) }${PROGRESS}`;

const item = (row: number, column: number, text: string): ScreenItem => ({ row, column, text });

export const DEFAULT_SCREENS: Readonly<Record<string, Readonly<Record<string, ScreenItem>>>> = {
  _default_16x4: {
    extruder: item(0, 0, heater("extruder", "extruder")),
    fan: item(0, 10, fan("fan1")),
    heater_bed: item(1, 0, heater("heater_bed", "bed")),
    speed_factor: item(1, 10, SPEED),
    progress_bar: item(2, 3, BAR),
    printing_time: item(2, 11, TIME),
    status: item(3, 0, MESSAGE),
  },
  _default_20x4: {
    extruder: item(0, 0, heater("extruder", "extruder")),
    fan: item(0, 10, fan("fan")),
    heater_bed: item(1, 0, heater("heater_bed", "bed")),
    speed_factor: item(2, 0, SPEED),
    print_progress: item(2, 8, `~sd~${PROGRESS}`),
    printing_time: item(2, 14, `~clock~${TIME}`),
    status: item(3, 0, MESSAGE),
  },
};

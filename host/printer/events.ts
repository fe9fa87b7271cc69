/**
 * Every event that the host sends, with the types of its arguments. Objects of other stages appear as
 * `object`: handlers narrow them by what they use. Names and arguments are Kalico's.
 */

/** Event name → arguments of its handlers. Times are seconds. */
export interface PrinterEvents {
  "klippy:mcu_identify": [];
  "klippy:connect": [];
  "klippy:ready": [];
  "klippy:shutdown": [];
  "klippy:disconnect": [];
  "klippy:firmware_restart": [];
  "gcode:command_error": [];
  "gcode:unknown_command": [command: string];
  "gcode:request_restart": [printTime: number];
  "toolhead:sync_print_time": [eventTime: number, estimatedPrintTime: number, printTime: number];
  "toolhead:set_position": [];
  "toolhead:manual_move": [];
  "toolhead:update_extra_axes": [];
  "stepper_enable:motor_off": [printTime: number];
  "stepper:sync_mcu_position": [stepper: any];
  "stepper:set_dir_inverted": [stepper: any];
  "homing:home_rails_begin": [homingState: any, rails: any[]];
  "homing:home_rails_end": [homingState: any, rails: any[]];
  "homing:homing_move_begin": [homingMove: any];
  "homing:homing_move_end": [homingMove: any];
  "extruder:activate_extruder": [];
  "idle_timeout:printing": [printTime: number];
  "idle_timeout:ready": [printTime: number];
  "idle_timeout:idle": [printTime: number];
  "print_stats:start_printing": [];
  "print_stats:paused_printing": [];
  "print_stats:complete_printing": [];
  "print_stats:error_printing": [];
  "print_stats:cancelled_printing": [];
  "print_stats:reset": [];
  "virtual_sdcard:load_file": [];
  "virtual_sdcard:reset_file": [];
  "filament:insert": [eventTime: number, sensorName: string];
  "filament:runout": [eventTime: number, sensorName: string];
  "load_cell:calibrate": [loadCell: any];
  "load_cell:tare": [loadCell: any];
}

export type PrinterEvent = keyof PrinterEvents;
/** What a handler may return; the sender gets it. */
export type EventHandler<A extends readonly unknown[] = any[]> = (...args: A) => unknown;

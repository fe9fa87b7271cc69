/**
 * Names of the modules that Kalico itself ships. A plugin of one of these names collides there, so it
 * collides here, also where this host has no such module.
 */

/** Section words that Kalico's own modules take, sorted. */
export const KALICO_EXTRAS: readonly string[] = [
  "ad5206", "adc_scaled", "adc_temperature", "adxl345", "aht10", "angle", "axis_twist_compensation", "bed_mesh",
  "bed_screws", "bed_tilt", "belay", "bltouch", "bme280", "board_pins", "bulk_sensor", "bus", "buttons", "canbus_ids",
  "canbus_stats", "control_mpc", "controller_fan", "dac084S085", "danger_options", "delayed_gcode", "delta_calibrate",
  "display", "display_status", "dockable_probe", "dotstar", "ds18b20", "duplicate_pin_override", "endstop_phase",
  "exclude_object", "extruder_stepper", "fan", "fan_generic", "filament_motion_sensor", "filament_switch_sensor",
  "firmware_retraction", "force_move", "garbage_collection", "gcode_arcs", "gcode_button", "gcode_macro", "gcode_move",
  "gcode_shell_command", "hall_filament_width_sensor", "heated_fan", "heater_bed", "heater_fan", "heater_generic", "heaters",
  "homing", "homing_heaters", "homing_override", "htu21d", "icm20948", "idle_timeout", "indx", "input_shaper", "ldc1612",
  "led", "lis2dw", "lis3dh", "lm75", "load_cell", "load_cell_probe", "manual_probe", "manual_stepper", "mcp4018", "mcp4451",
  "mcp4728", "mixing_extruder", "motion_report", "mpc_ambient_temperature", "mpc_block_temperature", "mpu9250", "multi_pin",
  "neopixel", "nozzle_cleanup", "output_pin", "palette2", "pause_resume", "pca9533", "pca9632", "pid_calibrate",
  "print_stats", "probe", "probe_eddy_current", "pulse_counter", "pwm_cycle_time", "pwm_tool", "quad_gantry_level",
  "query_adc", "query_endstops", "replicape", "resonance_tester", "respond", "safe_z_home", "samd_sercom", "save_variables",
  "screws_tilt_adjust", "sdcard_loop", "servo", "shaper_calibrate", "shaper_defs", "sht3x", "skew_correction",
  "smart_effector", "spi_temperature", "static_digital_output", "static_pwm_clock", "statistics", "stepper_enable", "sx1509",
  "telemetry", "temperature_combined", "temperature_fan", "temperature_host", "temperature_mcu", "temperature_sensor",
  "thermistor", "tmc", "tmc2130", "tmc2208", "tmc2209", "tmc2240", "tmc2660", "tmc5160", "tmc_uart", "tools_calibrate",
  "trad_rack", "tsl1401cl_filament_width_sensor", "tuning_tower", "verify_heater", "virtual_sdcard", "z_calibration",
  "z_thermal_adjust", "z_tilt", "z_tilt_ng",
];

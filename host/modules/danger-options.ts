/** Section `[danger_options]`: limits that can be lifted and parts of the log that can be left out. */
import type { ConfigSection } from "../config/config-section.js";

/** The options with Kalico's defaults; times in seconds, distances in mm. */
export class DangerOptions {
  readonly minimalLogging: boolean;
  readonly logStatistics: boolean;
  readonly logConfigFileAtStartup: boolean;
  readonly logBedMeshAtStartup: boolean;
  readonly logVelocityLimitChanges: boolean;
  readonly logPressureAdvanceChanges: boolean;
  readonly logShutdownInfo: boolean;
  readonly logSerialReaderWarnings: boolean;
  readonly logStartupInfo: boolean;
  readonly logWebhookMethodRegisterMessages: boolean;
  readonly errorOnUnusedConfigOptions: boolean;
  readonly allowPluginOverride: boolean;
  readonly singleMcuTrsyncTimeout: number;
  readonly multiMcuTrsyncTimeout: number;
  readonly homingElapsedDistanceTolerance: number;
  readonly tempIgnoreLimits: boolean;
  readonly autosaveIncludes: boolean;
  readonly bgflushExtraTime: number;
  readonly homingStartDelay: number;
  readonly endstopSampleTime: number;
  readonly endstopSampleCount: number;
  readonly overridePressureAdvanceSmoothTimeMax: number;

  constructor(config: ConfigSection) {
    const flag = (option: string, fallback: boolean): boolean => config.getBoolean(option, { default: fallback });
    this.minimalLogging = flag("minimal_logging", false);
    const verbose = !this.minimalLogging;
    this.logStatistics = flag("log_statistics", verbose);
    this.logConfigFileAtStartup = flag("log_config_file_at_startup", verbose);
    this.logBedMeshAtStartup = flag("log_bed_mesh_at_startup", verbose);
    this.logVelocityLimitChanges = flag("log_velocity_limit_changes", verbose);
    this.logPressureAdvanceChanges = flag("log_pressure_advance_changes", verbose);
    this.logShutdownInfo = flag("log_shutdown_info", verbose);
    this.logSerialReaderWarnings = flag("log_serial_reader_warnings", verbose);
    this.logStartupInfo = flag("log_startup_info", verbose);
    this.logWebhookMethodRegisterMessages = flag("log_webhook_method_register_messages", verbose);
    this.errorOnUnusedConfigOptions = flag("error_on_unused_config_options", true);
    this.allowPluginOverride = flag("allow_plugin_override", false);
    this.singleMcuTrsyncTimeout = config.getFloat("single_mcu_trsync_timeout", { default: 0.25, minval: 0 });
    this.multiMcuTrsyncTimeout = config.getFloat("multi_mcu_trsync_timeout", { default: 0.025, minval: 0 });
    this.homingElapsedDistanceTolerance = config.getFloat("homing_elapsed_distance_tolerance", { default: 0.5, minval: 0 });
    this.tempIgnoreLimits = flag("temp_ignore_limits", readOldIgnoreLimits(config));
    this.autosaveIncludes = flag("autosave_includes", false);
    this.bgflushExtraTime = config.getFloat("bgflush_extra_time", { default: 0.25, minval: 0 });
    this.homingStartDelay = config.getFloat("homing_start_delay", { default: 0.001, minval: 0 });
    this.endstopSampleTime = config.getFloat("endstop_sample_time", { default: 0.000015, minval: 0 });
    this.endstopSampleCount = config.getInt("endstop_sample_count", { default: 4, minval: 1 });
    this.overridePressureAdvanceSmoothTimeMax = config.getFloat("override_pressure_advance_smooth_time_max", { default: 0.2, above: 0 });
  }
}

/** The name that `temp_ignore_limits` had before counts where the new one is not written. */
function readOldIgnoreLimits(config: ConfigSection): boolean {
  if (config.getBoolean("temp_ignore_limits", { default: null }) !== null) return false;
  const old = config.getBoolean("adc_ignore_limits", { default: null });
  if (old === null) return false;
  config.deprecate("adc_ignore_limits");
  return old;
}

/**
 * How busy an MCU is, from its `stats` messages: share of time awake, mean and spread of a pass of its task loop.
 */
import type { MessageParams } from "../wire/index.js";

export class McuLoad {
  private readonly freq: number;
  private readonly sumsqBase: number;
  private tickAvg = 0;
  private tickStddev = 0;
  private tickAwake = 0;

  /** @param freq ticks per second, @param sumsqBase constant STATS_SUMSQ_BASE, by which sumsq is scaled down */
  constructor(freq: number, sumsqBase: number) {
    this.freq = freq;
    this.sumsqBase = sumsqBase;
  }

  /** Takes a `stats count=%u sum=%u sumsq=%u`. */
  handleStats(params: MessageParams): void {
    const count = params.count as number;
    const sum = params.sum as number;
    const scale = 1 / (count * this.freq);
    this.tickAvg = sum * scale;
    const diff = count * ((params.sumsq as number) * this.sumsqBase) - sum ** 2;
    this.tickStddev = scale * Math.sqrt(Math.max(0, diff));
    this.tickAwake = sum / this.freq;
  }

  /** Kalico's statistics text (s). */
  stats(): string {
    return `mcu_awake=${this.tickAwake.toFixed(3)} mcu_task_avg=${this.tickAvg.toFixed(6)} mcu_task_stddev=${this.tickStddev.toFixed(6)}`;
  }
}

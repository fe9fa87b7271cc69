/**
 * What sensors of filament width have in common: they look at the filament once a second, set the flow (M221) for what is at the nozzle, and have the
 * same commands. Diameters and lengths mm.
 */
import type { ConfigSection, GCodeCommand, GCodeDispatch, Printer } from "../heaters/host-types.js";
import type { McuAdc } from "../mcu/adc.js";
import type { PrinterPins } from "../mcu/pins.js";
import type { Reactor, Timer } from "../reactor/reactor.js";
import { pyFloatStr } from "../config/python-text.js";
import { WidthLine, flowFor } from "./width-line.js";

const REPORT_SECONDS = 0.5;
const UPDATE_SECONDS = 1;
/** Up to here there is no filament. */
const ABSENT_UP_TO = 0.5;

interface WidthToolhead {
  getPosition(): readonly number[];
}

export interface WidthOptions {
  readonly nominal: number;
  /** Way from the sensor to the nozzle. */
  readonly delay: number;
  readonly maxDifference: number;
  /** Filament between two readings. */
  readonly interval: number;
  readonly isActive: boolean;
  /** What counts until a reading has arrived; null: the flow is set only when one arrives. */
  readonly beforeArrival: "nominal" | "present" | null;
}

/** What the owner of a width does with it. */
export interface WidthOwner {
  /** The present diameter at the sensor. */
  diameter(): number;
  /** A further reading is on its way. */
  onReading?(diameter: number): void;
  /** Before each setting of the flow. */
  onLook?(eventTime: number): void;
}

/** Sets up an analog pin that reports every half second. */
export function setupWidthPin(config: ConfigSection, pin: string, sampleSeconds: number, sampleCount: number, callback: (value: number) => void): void {
  const adc = config.getPrinter().lookupObject<PrinterPins>("pins").setupPin<McuAdc>("adc", pin);
  adc.setupMinmax(sampleSeconds, sampleCount);
  adc.setupAdcCallback(REPORT_SECONDS, (_readTime, value) => callback(value));
}

export class FilamentWidth {
  isActive: boolean;
  private readonly printer: Printer;
  private readonly reactor: Reactor;
  private readonly gcode: GCodeDispatch;
  private readonly options: WidthOptions;
  private readonly owner: WidthOwner;
  private readonly line: WidthLine;
  /** Diameter at the nozzle, once known. */
  private atNozzle: number | undefined;
  private timer: Timer | undefined;

  constructor(config: ConfigSection, options: WidthOptions, owner: WidthOwner) {
    const printer = (this.printer = config.getPrinter());
    this.reactor = printer.getReactor();
    this.options = options;
    this.owner = owner;
    this.isActive = options.isActive;
    this.line = new WidthLine(options.delay, options.interval);
    const gcode = (this.gcode = printer.lookupObject<GCodeDispatch>("gcode"));
    gcode.registerCommand("QUERY_FILAMENT_WIDTH", (gcmd) => {
      const width = owner.diameter();
      gcmd.respondInfo(width > 0 ? `Filament dia (measured mm): ${pyFloatStr(width)}` : "Filament NOT present");
    });
    gcode.registerCommand("RESET_FILAMENT_WIDTH_SENSOR", async (gcmd) => {
      this.forget();
      gcmd.respondInfo("Filament width measurements cleared!");
      await gcode.runScriptFromCommand("M221 S100");
    });
    gcode.registerCommand("ENABLE_FILAMENT_WIDTH_SENSOR", (gcmd) => this.cmdEnable(gcmd));
    gcode.registerCommand("DISABLE_FILAMENT_WIDTH_SENSOR", (gcmd) => this.cmdDisable(gcmd));
    printer.registerEventHandler("klippy:ready", () => {
      this.timer = this.reactor.registerTimer((eventTime) => this.update(eventTime), this.reactor.NOW);
    });
  }

  private forget(): void {
    this.line.clear();
    this.atNozzle = undefined;
  }

  private cmdEnable(gcmd: GCodeCommand): void {
    if (this.isActive) {
      gcmd.respondInfo("Filament width sensor is already On");
      return;
    }
    this.isActive = true;
    this.reactor.updateTimer(this.timer!, this.reactor.NOW);
    gcmd.respondInfo("Filament width sensor Turned On");
  }

  private async cmdDisable(gcmd: GCodeCommand): Promise<void> {
    if (!this.isActive) {
      gcmd.respondInfo("Filament width sensor is already Off");
      return;
    }
    this.isActive = false;
    this.reactor.updateTimer(this.timer!, this.reactor.NEVER);
    this.forget();
    await this.gcode.runScriptFromCommand("M221 S100");
    gcmd.respondInfo("Filament width sensor Turned Off");
  }

  private async update(eventTime: number): Promise<number> {
    const position = this.printer.lookupObject<WidthToolhead>("toolhead").getPosition()[3]!;
    const present = this.owner.diameter();
    const { isFurtherReading, arrived } = this.line.look(position, present);
    if (isFurtherReading) this.owner.onReading?.(present);
    this.owner.onLook?.(eventTime);
    const flow = this.flow(present, arrived);
    if (flow !== undefined) await this.gcode.runScript(`M221 S${flow}`);
    return this.isActive ? eventTime + UPDATE_SECONDS : this.reactor.NEVER;
  }

  /** Flow, %, for the filament at the nozzle; undefined: as it is. */
  private flow(present: number, arrived: number | undefined): number | undefined {
    if (present <= ABSENT_UP_TO) {
      this.forget();
      return 100;
    }
    this.atNozzle = arrived ?? this.atNozzle;
    const { nominal, maxDifference, beforeArrival } = this.options;
    if (beforeArrival === null && arrived === undefined) return undefined;
    return flowFor(this.atNozzle ?? (beforeArrival === "present" ? present : nominal), nominal, maxDifference);
  }
}
